package dev.bearhug.nn.wrong;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import jdk.incubator.vector.FloatVector;
import org.bytedeco.javacpp.Pointer;

/** Breaks four rules on purpose. */
public record UsesLibraries(FloatVector vector, Pointer pointer, HuggingFaceTokenizer tokenizer) {

  /** Prints, which only programs may do. */
  public void print() {
    System.out.println(vector);
  }
}
