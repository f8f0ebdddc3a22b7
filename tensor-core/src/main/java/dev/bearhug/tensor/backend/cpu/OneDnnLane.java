package dev.bearhug.tensor.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_default_flags;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_wait;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_stream;

/**
 * What one call of oneDNN at a time needs: a stream, scratch memory and prepared products, of which
 * the least recently used leaves first.
 */
final class OneDnnLane {

  /**
   * One prepared product.
   *
   * @param shape sizes and layouts
   * @param panels whether B lies in the order of {@link PanelPacking}
   */
  private record Key(GemmShape shape, boolean panels) {}

  private final OneDnnLibrary library;
  private final int capacity;
  private final dnnl_stream stream = new dnnl_stream();
  private final AddressPointer pointer = new AddressPointer();
  private final NativeBuffer scratch = new NativeBuffer();
  private final Map<Key, OneDnnProduct> products =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, OneDnnProduct> eldest) {
          if (size() <= capacity) {
            return false;
          }
          eldest.getValue().close();
          return true;
        }
      };

  /**
   * Creates a lane.
   *
   * @param library the loaded library
   * @param capacity prepared products to keep
   */
  OneDnnLane(OneDnnLibrary library, int capacity) {
    this.library = library;
    this.capacity = capacity;
    int status = dnnl_stream_create(stream, library.engine(), dnnl_stream_default_flags);
    if (status != dnnl_success) {
      throw new OneDnnException("dnnl_stream_create", status);
    }
  }

  /** Runs the matrices {@code [from, to)} of a batch, B by rows or columns. */
  void run(GemmShape s, long from, long to, int threads, long a, long b, long bias, long c) {
    OneDnnProduct product = product(s, false, threads);
    long scratchAt = scratchOf(product);
    for (long i = from; i < to; i++) {
      long b1 = i / s.batch2();
      long b2 = i % s.batch2();
      product.run(
          stream,
          pointer,
          a + s.a().batchOffset(b1, b2),
          b + s.b().batchOffset(b1, b2),
          bias,
          c + s.c().batchOffset(b1, b2),
          scratchAt);
    }
    await();
  }

  /** Runs one product on the calling thread, with B in panels. */
  void runPanels(GemmShape s, long a, long panels, long bias, long c) {
    OneDnnProduct product = product(s, true, 1);
    product.run(stream, pointer, a, panels, bias, c, scratchOf(product));
    await();
  }

  private long scratchOf(OneDnnProduct product) {
    long bytes = product.scratchpadBytes();
    return bytes == 0 ? 0 : scratch.reserve(bytes);
  }

  private void await() {
    int status = dnnl_stream_wait(stream);
    if (status != dnnl_success) {
      throw new OneDnnException("dnnl_stream_wait", status);
    }
  }

  /** The number of prepared products. */
  int size() {
    return products.size();
  }

  /** Looks up or prepares a product, and sets the number of threads for the calling thread. */
  OneDnnProduct product(GemmShape shape, boolean panels, int threads) {
    library.setThreads(threads);
    Key key = new Key(shape, panels);
    OneDnnProduct product = products.get(key);
    if (product != null && product.threads() == threads) {
      return product;
    }
    if (!OneDnnGemm.hasProduct(shape)) {
      throw new IllegalArgumentException(
          "matmul: oneDNN has no product for this layout or type: "
              + shape
              + ". Ask supports() first, or make the operands contiguous.");
    }
    OneDnnProduct made = new OneDnnProduct(library.engine(), shape, panels, threads);
    products.put(key, made);
    if (product != null) {
      product.close();
    }
    return made;
  }
}
