package dev.bearhug.tensor.backend.cpu;

import org.bytedeco.javacpp.Pointer;

/** A pointer that is aimed at an address and owns nothing, so that one object serves all calls. */
final class AddressPointer extends Pointer {

  AddressPointer() {
    super((Pointer) null);
  }

  /** Aims at {@code target} and returns this. */
  AddressPointer at(long target) {
    address = target;
    return this;
  }
}
