package dev.bearhug.tasks.config;

/**
 * Where the weights come from: a folder, or random numbers.
 *
 * @param path folder of a model in the Hugging Face layout; excludes {@code config}
 * @param config size of a model with random weights; excludes {@code path}
 * @param hiddenDropout replaces the dropout of hidden states; {@code null}: as the model says
 * @param attentionDropout replaces the dropout of attention; {@code null}: as the model says
 */
public record ModelSection(
    String path, ModelSize config, Double hiddenDropout, Double attentionDropout) {

  /** Checks the values. */
  public ModelSection {
    Rules.notBlank("model.path", path);
    Rules.require(
        path != null || config != null,
        "model.path",
        "or model.config must be set: a model folder, or tiny, mini, small, base",
        "not set");
    Rules.require(path == null || config == null, "model.path", "excludes model.config", path);
    Rules.probability("model.hiddenDropout", hiddenDropout);
    Rules.probability("model.attentionDropout", attentionDropout);
  }
}
