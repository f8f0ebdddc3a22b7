package dev.bearhug.tasks.config;

/** The sizes of encoders that can be trained from random weights. */
public enum ModelSize {
  /** 2 layers of width 128. */
  TINY(2, 128, 2, 512),
  /** 4 layers of width 256. */
  MINI(4, 256, 4, 1024),
  /** 4 layers of width 512. */
  SMALL(4, 512, 8, 2048),
  /** 12 layers of width 768, as BERT base. */
  BASE(12, 768, 12, 3072);

  private final int layers;
  private final int hidden;
  private final int heads;
  private final int inner;

  ModelSize(int layers, int hidden, int heads, int inner) {
    this.layers = layers;
    this.hidden = hidden;
    this.heads = heads;
    this.inner = inner;
  }

  /** Returns the number of layers. */
  public int layers() {
    return layers;
  }

  /** Returns the width of hidden states. */
  public int hidden() {
    return hidden;
  }

  /** Returns the number of attention heads. */
  public int heads() {
    return heads;
  }

  /** Returns the width of the feed-forward layer. */
  public int inner() {
    return inner;
  }
}
