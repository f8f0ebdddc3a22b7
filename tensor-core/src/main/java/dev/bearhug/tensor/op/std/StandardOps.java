package dev.bearhug.tensor.op.std;

import dev.bearhug.tensor.op.Op;
import java.util.ArrayList;
import java.util.List;

/** The list of the engine's ops; a test checks that every op class of this package is on it. */
public final class StandardOps {

  private StandardOps() {}

  /** All ops. */
  public static List<Op<?>> all() {
    List<Op<?>> ops = new ArrayList<>(ElementwiseOps.rows());
    ops.addAll(
        List.of(
            AffineOp.INSTANCE,
            ClampOp.INSTANCE,
            PowOp.INSTANCE,
            CopyOp.INSTANCE,
            WhereOp.INSTANCE,
            ReshapeOp.INSTANCE,
            PermuteOp.INSTANCE,
            SliceOp.INSTANCE,
            SliceGradOp.INSTANCE,
            ExpandOp.INSTANCE,
            CatOp.INSTANCE,
            GatherOp.INSTANCE,
            ScatterAddOp.INSTANCE,
            PackRowsOp.INSTANCE,
            UnpackRowsOp.INSTANCE,
            SumOp.INSTANCE,
            SumWideOp.INSTANCE,
            ExtremumOp.MAX,
            ExtremumOp.MIN,
            ArgmaxOp.INSTANCE,
            ArgminOp.INSTANCE,
            AmaxOp.MAX,
            AmaxOp.MIN,
            ProdOp.INSTANCE,
            VarOp.VAR,
            VarOp.STD,
            NormOp.INSTANCE,
            LogSumExpOp.INSTANCE,
            TruthReductionOp.ANY,
            TruthReductionOp.ALL,
            CountNonzeroOp.INSTANCE,
            CosineSimilarityOp.INSTANCE,
            NormalizeOp.INSTANCE,
            CumsumOp.INSTANCE,
            CumprodOp.INSTANCE,
            CumprodGradOp.INSTANCE,
            SortOp.INSTANCE,
            TopkOp.INSTANCE,
            MatmulOp.INSTANCE,
            MatmulWideOp.INSTANCE,
            LinearOp.INSTANCE,
            SoftmaxOp.INSTANCE,
            SoftmaxGradOp.INSTANCE,
            LogSoftmaxOp.INSTANCE,
            LogSoftmaxGradOp.INSTANCE,
            LayerNormOp.INSTANCE,
            LayerNormGradOp.INSTANCE,
            DropoutAddLayerNormOp.INSTANCE,
            DropoutAddLayerNormGradOp.INSTANCE,
            RmsNormOp.INSTANCE,
            RmsNormGradOp.INSTANCE,
            BatchNormOp.INSTANCE,
            GroupNormOp.INSTANCE,
            EmbeddingOp.INSTANCE,
            EmbeddingGradOp.INSTANCE,
            DropoutOp.INSTANCE,
            CrossEntropyOp.INSTANCE,
            CrossEntropyGradOp.INSTANCE,
            LinearCrossEntropyOp.INSTANCE,
            AttentionOp.INSTANCE,
            AttentionGradOp.INSTANCE,
            PackedAttentionOp.INSTANCE,
            PackedAttentionGradOp.INSTANCE,
            BceWithLogitsOp.INSTANCE,
            MseLossOp.INSTANCE,
            WeightedCrossEntropyOp.INSTANCE,
            SoftCrossEntropyOp.INSTANCE,
            NllLossOp.INSTANCE,
            BceOp.INSTANCE,
            L1LossOp.INSTANCE,
            SmoothL1LossOp.INSTANCE,
            HuberLossOp.INSTANCE,
            KlDivOp.INSTANCE,
            SoftMarginLossOp.INSTANCE,
            HingeEmbeddingLossOp.INSTANCE,
            MarginRankingLossOp.INSTANCE,
            TripletMarginLossOp.INSTANCE,
            CosineEmbeddingLossOp.INSTANCE,
            MultiMarginLossOp.INSTANCE,
            AccumulateOp.INSTANCE,
            AdamWOp.INSTANCE,
            AdamW8bitOp.INSTANCE,
            LionOp.INSTANCE,
            SgdOp.INSTANCE,
            SumOfSquaresOp.INSTANCE));
    return ops;
  }
}
