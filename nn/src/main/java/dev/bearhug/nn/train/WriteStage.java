package dev.bearhug.nn.train;

/** The moments between two changes on disk while a checkpoint is written, for crash tests. */
enum WriteStage {
  /** The empty temporary folder exists. */
  FOLDER_CREATED,
  /** The caller's files are written. */
  CONTENT_WRITTEN,
  /** The files are on the disk, the manifest is not written yet. */
  CONTENT_SYNCED,
  /** The temporary folder is complete. */
  MANIFEST_WRITTEN,
  /** An earlier checkpoint of the same step has been renamed out of the way. */
  OLD_SET_ASIDE,
  /** The new checkpoint has its name. */
  RENAMED,
  /** The pointer to the last checkpoint names it. */
  LAST_POINTED,
  /** The pointer to the best checkpoint is right. */
  BEST_POINTED,
  /** A superfluous checkpoint has lost its name, its files still exist. */
  SUPERFLUOUS_RENAMED,
  /** All superfluous checkpoints are gone. */
  PRUNED
}
