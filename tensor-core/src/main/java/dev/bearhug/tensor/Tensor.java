package dev.bearhug.tensor;

import dev.bearhug.tensor.backend.Backend;
import dev.bearhug.tensor.backend.Backends;
import dev.bearhug.tensor.error.IndexException;
import dev.bearhug.tensor.error.ReleasedTensorException;
import dev.bearhug.tensor.error.ShapeException;
import dev.bearhug.tensor.memory.AllocationSite;
import dev.bearhug.tensor.memory.NativeMemory;
import dev.bearhug.tensor.memory.Scope;
import dev.bearhug.tensor.memory.Storage;
import dev.bearhug.tensor.memory.StorageCleaner;
import dev.bearhug.tensor.op.Dispatcher;
import dev.bearhug.tensor.op.NoAttrs;
import dev.bearhug.tensor.op.std.ActivationOps;
import dev.bearhug.tensor.op.std.AffineOp;
import dev.bearhug.tensor.op.std.AmaxOp;
import dev.bearhug.tensor.op.std.ArgmaxOp;
import dev.bearhug.tensor.op.std.ArgminOp;
import dev.bearhug.tensor.op.std.AttentionOp;
import dev.bearhug.tensor.op.std.Axes;
import dev.bearhug.tensor.op.std.BceWithLogitsOp;
import dev.bearhug.tensor.op.std.CatOp;
import dev.bearhug.tensor.op.std.ClampOp;
import dev.bearhug.tensor.op.std.Conv2dOp;
import dev.bearhug.tensor.op.std.CopyOp;
import dev.bearhug.tensor.op.std.CosineSimilarityOp;
import dev.bearhug.tensor.op.std.CountNonzeroOp;
import dev.bearhug.tensor.op.std.CrossEntropyOp;
import dev.bearhug.tensor.op.std.CumprodOp;
import dev.bearhug.tensor.op.std.CumsumOp;
import dev.bearhug.tensor.op.std.DiagonalOp;
import dev.bearhug.tensor.op.std.DropoutAddLayerNormOp;
import dev.bearhug.tensor.op.std.DropoutOp;
import dev.bearhug.tensor.op.std.ElementwiseOps;
import dev.bearhug.tensor.op.std.EmbeddingOp;
import dev.bearhug.tensor.op.std.ExpandOp;
import dev.bearhug.tensor.op.std.ExtremumOp;
import dev.bearhug.tensor.op.std.FlipOp;
import dev.bearhug.tensor.op.std.GatherOp;
import dev.bearhug.tensor.op.std.IndexSelectOp;
import dev.bearhug.tensor.op.std.LayerNormOp;
import dev.bearhug.tensor.op.std.LinearCrossEntropyOp;
import dev.bearhug.tensor.op.std.LinearOp;
import dev.bearhug.tensor.op.std.LogSoftmaxOp;
import dev.bearhug.tensor.op.std.LogSumExpOp;
import dev.bearhug.tensor.op.std.LogicOps;
import dev.bearhug.tensor.op.std.MathOps;
import dev.bearhug.tensor.op.std.MatmulOp;
import dev.bearhug.tensor.op.std.MseLossOp;
import dev.bearhug.tensor.op.std.NormOp;
import dev.bearhug.tensor.op.std.NormalizeOp;
import dev.bearhug.tensor.op.std.PackRowsOp;
import dev.bearhug.tensor.op.std.PackedAttentionOp;
import dev.bearhug.tensor.op.std.PadOp;
import dev.bearhug.tensor.op.std.PermuteOp;
import dev.bearhug.tensor.op.std.PlainAttention;
import dev.bearhug.tensor.op.std.PowOp;
import dev.bearhug.tensor.op.std.ProdOp;
import dev.bearhug.tensor.op.std.Reduction;
import dev.bearhug.tensor.op.std.RepeatInterleaveOp;
import dev.bearhug.tensor.op.std.RepeatOp;
import dev.bearhug.tensor.op.std.ReshapeOp;
import dev.bearhug.tensor.op.std.RmsNormOp;
import dev.bearhug.tensor.op.std.RollOp;
import dev.bearhug.tensor.op.std.ScanAttrs;
import dev.bearhug.tensor.op.std.SliceOp;
import dev.bearhug.tensor.op.std.SoftmaxOp;
import dev.bearhug.tensor.op.std.SortOp;
import dev.bearhug.tensor.op.std.SumOp;
import dev.bearhug.tensor.op.std.TopkOp;
import dev.bearhug.tensor.op.std.TriangleOp;
import dev.bearhug.tensor.op.std.TruthReductionOp;
import dev.bearhug.tensor.op.std.UnaryOp;
import dev.bearhug.tensor.op.std.UnfoldOp;
import dev.bearhug.tensor.op.std.UnpackRowsOp;
import dev.bearhug.tensor.op.std.VarOp;
import dev.bearhug.tensor.op.std.WhereOp;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A typed, strided view of a device's memory; the value every op takes and gives.
 *
 * <p>Tensors are immutable for users: ops return new ones. A tensor belongs to the innermost {@link
 * Scope} open at its creation and is released with it; without a scope it is free-standing, and
 * {@link #close} or, late, the garbage collector gives its memory back. Reading is safe from any
 * thread.
 *
 * <p>Binary ops broadcast by NumPy's rules and promote element types by {@link DType#promote};
 * negative axes count from the last one.
 */
public final class Tensor implements AutoCloseable {

  private static final AllocationSite INPUT = AllocationSite.named("input");

  private final Storage storage;
  private final Layout layout;
  private final DType dtype;
  private Scope scope;
  private StorageCleaner cleaner;
  private boolean released;
  private volatile GradientRecord gradientRecord;

  private Tensor(Storage storage, Layout layout, DType dtype) {
    this.storage = storage;
    this.layout = layout;
    this.dtype = dtype;
    Scope s = Scope.current();
    this.scope = s;
    if (s != null) {
      s.add(this);
    } else {
      cleaner = StorageCleaner.register(this, storage);
    }
  }

  // ---------------------------------------------------------------- creation

  /** A fresh tensor with undefined contents; for the engine. */
  public static Tensor allocate(
      Device device, Backend backend, Shape shape, DType dtype, AllocationSite site) {
    long bytes;
    try {
      bytes = Math.multiplyExact(shape.numel(), (long) dtype.bytes());
    } catch (ArithmeticException e) {
      throw new ShapeException(site.name(), shape + " of " + dtype + " exceeds 2^63 - 1 bytes.");
    }
    return new Tensor(
        Storage.allocate(backend, device, bytes, site), Layout.contiguous(shape), dtype);
  }

  /** A fresh tensor on the CPU with undefined contents. */
  public static Tensor empty(Shape shape, DType dtype, Device device) {
    return allocate(device, Backends.get(device.type()), shape, dtype, INPUT);
  }

  /**
   * A tensor on foreign native memory, without a copy: changes are seen on both sides. The tensor
   * keeps memory of automatic arenas alive; once another arena is closed, using the tensor fails
   * with a {@link ReleasedTensorException}. Do not write to it or close it while an op runs.
   *
   * @param memory row-major values in native byte order, native, writable, aligned to the element
   *     size, and exactly as large as the shape needs
   * @throws ShapeException if size or alignment do not fit
   * @throws IllegalArgumentException if the memory is on the heap or read-only
   * @throws ReleasedTensorException if its arena is closed
   */
  public static Tensor wrap(MemorySegment memory, Shape shape, DType dtype) {
    if (!memory.scope().isAlive()) {
      throw new ReleasedTensorException("wrap", "the arena of the memory is closed.");
    }
    if (!memory.isNative() || memory.isReadOnly()) {
      throw new IllegalArgumentException(
          "wrap: the memory must be native and writable, this is "
              + (memory.isNative() ? "read-only" : "on the heap")
              + ". Use Tensor.of to copy an array; map files with MapMode.PRIVATE.");
    }
    if (memory.address() % dtype.bytes() != 0) {
      throw new ShapeException(
          "wrap",
          "memory at address "
              + memory.address()
              + " is not aligned to the "
              + dtype.bytes()
              + " bytes of "
              + dtype
              + ". Allocate it with an alignment, or copy it.");
    }
    Tensor t = wrap(memory, shape, dtype, memory);
    t.storage.share();
    return t;
  }

  /** Wraps CPU memory that {@code owner} keeps valid, such as a mapped file. */
  public static Tensor wrap(MemorySegment memory, Shape shape, DType dtype, Object owner) {
    // Compared in elements, so that a huge shape cannot overflow to the memory's size.
    if (memory.byteSize() % dtype.bytes() != 0
        || memory.byteSize() / dtype.bytes() != shape.numel()) {
      throw new ShapeException(
          "wrap",
          shape
              + " of "
              + dtype
              + " needs "
              + shape.numel()
              + " elements of "
              + dtype.bytes()
              + " bytes, the memory has "
              + memory.byteSize()
              + " bytes.");
    }
    Backend cpu = Backends.get(Device.CPU.type());
    return new Tensor(
        Storage.wrap(cpu, Device.CPU, memory.address(), memory.byteSize(), owner),
        Layout.contiguous(shape),
        dtype);
  }

  /** A tensor of single-precision values in row-major order; without sizes a vector. */
  public static Tensor of(float[] values, long... shape) {
    Tensor t = host(values.length, DType.F32, shape);
    MemorySegment.copy(
        values, 0, NativeMemory.ALL, ValueLayout.JAVA_FLOAT_UNALIGNED, t.address(), values.length);
    return t;
  }

  /** A tensor of double-precision values in row-major order; without sizes a vector. */
  public static Tensor of(double[] values, long... shape) {
    Tensor t = host(values.length, DType.F64, shape);
    MemorySegment.copy(
        values, 0, NativeMemory.ALL, ValueLayout.JAVA_DOUBLE_UNALIGNED, t.address(), values.length);
    return t;
  }

  /** A tensor of 64-bit integers in row-major order; without sizes a vector. */
  public static Tensor of(long[] values, long... shape) {
    Tensor t = host(values.length, DType.I64, shape);
    MemorySegment.copy(
        values, 0, NativeMemory.ALL, ValueLayout.JAVA_LONG_UNALIGNED, t.address(), values.length);
    return t;
  }

  /** A tensor of 32-bit integers in row-major order; without sizes a vector. */
  public static Tensor of(int[] values, long... shape) {
    Tensor t = host(values.length, DType.I32, shape);
    MemorySegment.copy(
        values, 0, NativeMemory.ALL, ValueLayout.JAVA_INT_UNALIGNED, t.address(), values.length);
    return t;
  }

  /** A tensor of truth values in row-major order; without sizes a vector. */
  public static Tensor of(boolean[] values, long... shape) {
    Tensor t = host(values.length, DType.BOOL, shape);
    for (int i = 0; i < values.length; i++) {
      NativeMemory.putByte(t.address() + i, (byte) (values[i] ? 1 : 0));
    }
    return t;
  }

  /** A tensor of unsigned bytes in row-major order; without sizes a vector. */
  public static Tensor of(byte[] values, long... shape) {
    Tensor t = host(values.length, DType.U8, shape);
    MemorySegment.copy(
        values, 0, NativeMemory.ALL, ValueLayout.JAVA_BYTE, t.address(), values.length);
    return t;
  }

  /**
   * A tensor of the values and shape of nested arrays, such as {@code float[][]}; the type is that
   * of {@link #of}.
   *
   * @param array float, double, long, int, byte or boolean values, in rows of one length
   * @throws ShapeException if it is no such array
   */
  public static Tensor ofNested(Object array) {
    return NestedArrays.toTensor(array);
  }

  private static Tensor host(int length, DType dtype, long[] dims) {
    Shape shape = dims.length == 0 ? Shape.of(length) : Shape.of(dims);
    if (shape.numel() != length) {
      throw new ShapeException(
          "tensor",
          length
              + " values were given for "
              + shape
              + " which has "
              + shape.numel()
              + " elements.");
    }
    return empty(shape, dtype, Device.CPU);
  }

  /** A tensor without axes. */
  public static Tensor scalar(double value, DType dtype, Device device) {
    return full(Shape.scalar(), value, dtype, device);
  }

  /** A tensor filled with one value. */
  public static Tensor full(Shape shape, double value, DType dtype, Device device) {
    Tensor t = empty(shape, dtype, device);
    t.fill(value);
    return t;
  }

  /** Single-precision zeros on the CPU. */
  public static Tensor zeros(long... shape) {
    return full(Shape.of(shape), 0, DType.F32, Device.CPU);
  }

  /** Single-precision ones on the CPU. */
  public static Tensor ones(long... shape) {
    return full(Shape.of(shape), 1, DType.F32, Device.CPU);
  }

  /** Zeros of the shape, type and device of another tensor. */
  public static Tensor zerosLike(Tensor t) {
    return full(t.shape(), 0, t.dtype, t.device());
  }

  /** The integers 0 to n - 1 as {@code I64}. */
  public static Tensor arange(long n, Device device) {
    if (n < 0 || n > Integer.MAX_VALUE - 8) {
      throw new ShapeException(
          "arange", "the number of elements is " + n + " but must be in [0, 2^31 - 8).");
    }
    long[] values = new long[(int) n];
    Arrays.setAll(values, i -> i);
    return of(values, n).to(device);
  }

  // ---------------------------------------------------------------- properties

  /** Sizes of the axes. */
  public Shape shape() {
    return layout.shape();
  }

  /** Size of an axis. */
  public long dim(int axis) {
    return layout.shape().dim(axis);
  }

  /** Number of axes. */
  public int rank() {
    return layout.shape().rank();
  }

  /** Number of elements. */
  public long numel() {
    return layout.shape().numel();
  }

  /** Element type. */
  public DType dtype() {
    return dtype;
  }

  /** Where the memory is. */
  public Device device() {
    return storage.device();
  }

  /** Strides and offset. */
  public Layout layout() {
    return layout;
  }

  /** The bytes behind this view; for the engine. */
  public Storage storage() {
    return storage;
  }

  /** Address of the first element in the device's address space; for kernels. */
  public long address() {
    return storage.address() + layout.offset() * dtype.bytes();
  }

  /** Short description for messages: {@code F32[8, 128]}. */
  public String describe() {
    return dtype + layout.shape().toString();
  }

  // ---------------------------------------------------------------- life

  /** The scope that will release this tensor, or null. */
  public Scope scope() {
    return scope;
  }

  /** Hands this tensor to another scope, null for free-standing; called by {@link Scope#keep}. */
  public void moveTo(Scope target) {
    checkLive("keep");
    scope = target;
    if (target != null) {
      target.add(this);
    } else {
      cleaner = StorageCleaner.register(this, storage);
    }
  }

  /** Whether the memory was given back. */
  public boolean isReleased() {
    return released;
  }

  /** Gives this handle's share of the memory back; harmless if repeated. */
  @Override
  public void close() {
    if (!released) {
      released = true;
      gradientRecord = null;
      if (cleaner != null) {
        cleaner.close();
      } else {
        storage.release();
      }
    }
  }

  /** Throws a {@link ReleasedTensorException} if the memory was given back; for the engine. */
  public void checkLive(String user) {
    if (released) {
      throw new ReleasedTensorException(
          user,
          "a tensor "
              + describe()
              + " was released"
              + (scope == null || !scope.isClosed()
                  ? " by close()"
                  : " with scope \"" + scope.name() + "\" (closed at " + scope.closedAt() + ")")
              + " and is used again.\n"
              + "  Keep it with scope.keep(tensor), or read the values before the scope ends.");
    }
    if (!storage.isReachable()) {
      throw new ReleasedTensorException(
          user,
          "the arena of the memory that "
              + describe()
              + " wraps is closed.\n  Keep the arena open while the tensor is used, or copy() it.");
    }
  }

  /** Another handle on the same storage with another layout, not recorded; for the engine. */
  public Tensor view(Layout newLayout) {
    checkLive("view");
    if (newLayout != layout && !newLayout.fits(storage.bytes() / dtype.bytes())) {
      throw new ShapeException(
          "view",
          newLayout
              + " reaches outside of the "
              + storage.bytes() / dtype.bytes()
              + " elements in memory.");
    }
    storage.retain();
    return new Tensor(storage, newLayout, dtype);
  }

  /** A view of the same values that takes no part in gradients. */
  public Tensor detach() {
    return view(layout);
  }

  /** What autograd keeps about this tensor, or null. */
  public GradientRecord gradientRecord() {
    return gradientRecord;
  }

  /** Sets what autograd keeps about this tensor; for autograd only. */
  public void setGradientRecord(GradientRecord newRecord) {
    this.gradientRecord = newRecord;
  }

  /** Whether gradients flow through this tensor. */
  public boolean requiresGrad() {
    GradientRecord r = gradientRecord;
    return r != null && r.requiresGrad();
  }

  // ---------------------------------------------------------------- reading

  /** The only element, as a double; waits for pending work. */
  public double item() {
    if (numel() != 1) {
      throw new ShapeException("item", "a single element is needed, this is " + describe() + ".");
    }
    return toDoubleArray()[0];
  }

  /** All elements in row-major order. */
  public float[] toFloatArray() {
    Tensor t = readable("toFloatArray");
    float[] out = new float[count("toFloatArray")];
    if (t.dtype == DType.F32 && t.layout.isContiguous()) {
      MemorySegment.copy(
          NativeMemory.ALL, ValueLayout.JAVA_FLOAT_UNALIGNED, t.address(), out, 0, out.length);
    } else {
      for (int i = 0; i < out.length; i++) {
        out[i] = (float) t.read(i);
      }
    }
    return t.finish(this, out);
  }

  /** All elements in row-major order. */
  public double[] toDoubleArray() {
    Tensor t = readable("toDoubleArray");
    double[] out = new double[count("toDoubleArray")];
    for (int i = 0; i < out.length; i++) {
      out[i] = t.read(i);
    }
    return t.finish(this, out);
  }

  /** All elements in row-major order; floats are truncated. */
  public long[] toLongArray() {
    Tensor t = readable("toLongArray");
    long[] out = new long[count("toLongArray")];
    for (int i = 0; i < out.length; i++) {
      out[i] = t.dtype.readLong(t.storage.address() + t.layout.position(i) * t.dtype.bytes());
    }
    return t.finish(this, out);
  }

  /**
   * All elements in row-major order; floats are truncated, {@code I64} values must fit.
   *
   * @throws ArithmeticException if a value does not fit 32 bits
   */
  public int[] toIntArray() {
    long[] values = toLongArray();
    int[] out = new int[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = Math.toIntExact(values[i]);
    }
    return out;
  }

  /**
   * All elements in row-major order as bytes, unsigned if from 128 on; floats are truncated.
   *
   * @throws ArithmeticException if a value is outside of -128 to 255
   */
  public byte[] toByteArray() {
    long[] values = toLongArray();
    byte[] out = new byte[values.length];
    for (int i = 0; i < out.length; i++) {
      if (values[i] < Byte.MIN_VALUE || values[i] > 255) {
        throw new ArithmeticException("toByteArray: " + values[i] + " does not fit a byte.");
      }
      out[i] = (byte) values[i];
    }
    return out;
  }

  /** Which elements are not zero, in row-major order. */
  public boolean[] toBooleanArray() {
    double[] values = toDoubleArray();
    boolean[] out = new boolean[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = values[i] != 0;
    }
    return out;
  }

  /**
   * All elements as nested arrays with one level per axis, such as {@code float[][]}; of the type
   * that {@link #ofNested} turns into this one, float for 16-bit types. A tensor without axes gives
   * an array of one value.
   */
  public Object toNestedArray() {
    return NestedArrays.fromTensor(this);
  }

  private double read(long index) {
    return dtype.read(storage.address() + layout.position(index) * dtype.bytes());
  }

  private int count(String user) {
    if (numel() > Integer.MAX_VALUE - 8) {
      throw new ShapeException(user, describe() + " does not fit a Java array.");
    }
    return (int) numel();
  }

  /** This tensor if the process can read its memory, else a copy on the CPU. */
  private Tensor readable(String user) {
    checkLive(user);
    Backend b = storage.backend();
    b.synchronize(device());
    return b.isHostMemory() ? this : to(Device.CPU);
  }

  private <T> T finish(Tensor original, T result) {
    if (this != original) {
      close();
    }
    return result;
  }

  /**
   * The bytes of a row-major tensor in host memory, read-only and without a copy. They are valid
   * until the tensor is released; reading later gives whatever is there then.
   *
   * @throws ShapeException if it is not row-major host memory
   */
  public MemorySegment asSegment() {
    return rowMajorBytes("asSegment").asReadOnly();
  }

  /**
   * The bytes of a row-major tensor in host memory, without a copy. Valid as long as the tensor;
   * writing changes the tensor. The call itself counts as a change ({@link Storage#version}); who
   * keeps the segment and writes again later calls {@link Storage#markChanged}.
   */
  public MemorySegment segment() {
    MemorySegment bytes = rowMajorBytes("segment");
    storage.markChanged();
    return bytes;
  }

  private MemorySegment rowMajorBytes(String user) {
    checkLive(user);
    if (!storage.backend().isHostMemory() || !layout.isContiguous()) {
      throw new ShapeException(
          user,
          describe()
              + " on "
              + device()
              + " is not row-major host memory. Use"
              + " to(Device.CPU).contiguous() first.");
    }
    return NativeMemory.ALL.asSlice(address(), numel() * dtype.bytes());
  }

  /**
   * Overwrites all elements; refused for tensors that gradients flow through. Used for
   * initialisation.
   */
  public void fill(double value) {
    checkLive("fill");
    if (requiresGrad()) {
      throw new IllegalStateException("fill: a tensor that requires gradients is not overwritten.");
    }
    if (numel() == 0) {
      return;
    }
    storage.markChanged();
    byte[] pattern = pattern(value);
    if (!storage.backend().isHostMemory()) {
      MemorySegment host =
          MemorySegment.ofArray(new byte[Math.toIntExact(numel() * dtype.bytes())]);
      for (long i = 0; i < host.byteSize(); i++) {
        host.set(ValueLayout.JAVA_BYTE, i, pattern[(int) (i % pattern.length)]);
      }
      storage.backend().copyFromHost(host, device(), address());
      return;
    }
    if (!layout.isContiguous()) {
      for (long i = 0; i < numel(); i++) {
        dtype.write(storage.address() + layout.position(i) * dtype.bytes(), value);
      }
      return;
    }
    boolean uniform = true;
    for (byte b : pattern) {
      uniform &= b == pattern[0];
    }
    long bytes = numel() * dtype.bytes();
    if (uniform) {
      NativeMemory.fill(address(), bytes, pattern[0]);
      return;
    }
    // Doubling copies: each pass copies what is already there.
    long done = pattern.length;
    MemorySegment.copy(
        pattern, 0, NativeMemory.ALL, ValueLayout.JAVA_BYTE, address(), pattern.length);
    while (done < bytes) {
      long n = Math.min(done, bytes - done);
      NativeMemory.copy(address(), address() + done, n);
      done += n;
    }
  }

  private byte[] pattern(double value) {
    byte[] bytes = new byte[dtype.bytes()];
    try (var arena = java.lang.foreign.Arena.ofConfined()) {
      MemorySegment s = arena.allocate(8);
      dtype.write(s.address(), value);
      MemorySegment.copy(s, ValueLayout.JAVA_BYTE, 0, bytes, 0, bytes.length);
    }
    return bytes;
  }

  /** Copies the values of another tensor of the same shape, type and device into this one. */
  public void assign(Tensor source) {
    checkLive("assign");
    source.checkLive("assign");
    if (!source.shape().equals(shape()) || source.dtype != dtype || !layout.isContiguous()) {
      throw new ShapeException(
          "assign",
          "cannot copy "
              + source.describe()
              + " into "
              + describe()
              + " ("
              + (layout.isContiguous()
                  ? "shape and type must agree"
                  : "the target is not row-major")
              + ").");
    }
    Tensor host = source.storage.backend().isHostMemory() ? source : source.to(Device.CPU);
    Tensor rows = host.layout.isContiguous() ? host : host.contiguous();
    storage
        .backend()
        .copyFromHost(
            NativeMemory.ALL.asSlice(rows.address(), numel() * dtype.bytes()), device(), address());
    storage.markChanged();
    if (rows != host) {
      rows.close();
    }
    host.finish(source, null);
  }

  // ---------------------------------------------------------------- conversion

  /** The same values as another element type; this tensor if it is of that type. */
  public Tensor to(DType target) {
    return target == dtype ? this : Dispatcher.call(CopyOp.INSTANCE, target, this);
  }

  /** The same values on another device, outside of gradients; this tensor if it is there. */
  public Tensor to(Device target) {
    checkLive("to");
    if (target.equals(device())) {
      return this;
    }
    if (requiresGrad()) {
      throw new IllegalStateException(
          "to(" + target + "): gradients do not cross devices; move parameters before training.");
    }
    Tensor rows = layout.isContiguous() ? this : contiguous();
    Tensor result = empty(shape(), dtype, target);
    long bytes = numel() * dtype.bytes();
    if (result.storage.backend().isHostMemory()) {
      rows.storage
          .backend()
          .copyToHost(device(), rows.address(), NativeMemory.ALL.asSlice(result.address(), bytes));
    } else if (rows.storage.backend().isHostMemory()) {
      result
          .storage
          .backend()
          .copyFromHost(NativeMemory.ALL.asSlice(rows.address(), bytes), target, result.address());
    } else {
      try (Tensor host = rows.to(Device.CPU)) {
        result.assign(host);
      }
    }
    if (rows != this) {
      rows.close();
    }
    return result;
  }

  /** The same values in row-major order; this tensor if they are. */
  public Tensor contiguous() {
    return layout.isContiguous() ? this : Dispatcher.call(CopyOp.INSTANCE, dtype, this);
  }

  /** A copy in memory of its own. */
  public Tensor copy() {
    return Dispatcher.call(CopyOp.INSTANCE, dtype, this);
  }

  // ---------------------------------------------------------------- views

  /**
   * The elements in row-major order under another shape; one size may be -1 and is then computed.
   */
  public Tensor reshape(long... shape) {
    Shape target = ReshapeOp.resolve(shape(), shape);
    Tensor base = layout.reshape(target) == null ? contiguous() : this;
    return Dispatcher.call(ReshapeOp.INSTANCE, target, base);
  }

  /** Axes reordered: result axis {@code i} is this axis {@code order[i]}. */
  public Tensor permute(int... order) {
    return Dispatcher.call(PermuteOp.INSTANCE, PermuteOp.Attrs.of(shape(), order), this);
  }

  /** Two axes exchanged. */
  public Tensor transpose(int axis1, int axis2) {
    int[] order = new int[rank()];
    Arrays.setAll(order, i -> i);
    int a = shape().axis(axis1);
    int b = shape().axis(axis2);
    order[a] = b;
    order[b] = a;
    return permute(order);
  }

  /** Elements {@code start} to {@code end - 1} of an axis; negative numbers count from its end. */
  public Tensor slice(int axis, long start, long end) {
    return slice(axis, start, end, 1);
  }

  /** Every {@code step}-th element of an axis from {@code start} up to before {@code end}. */
  public Tensor slice(int axis, long start, long end, long step) {
    long size = dim(axis);
    return Dispatcher.call(
        SliceOp.INSTANCE,
        new SliceOp.Attrs(
            shape().axis(axis), start < 0 ? start + size : start, end < 0 ? end + size : end, step),
        this);
  }

  /** One element of an axis, which disappears; negative numbers count from its end. */
  public Tensor select(int axis, long index) {
    long i = index < 0 ? index + dim(axis) : index;
    if (i < 0 || i >= dim(axis)) {
      throw new IndexException(
          "select",
          "element "
              + index
              + " is outside [-"
              + dim(axis)
              + ", "
              + dim(axis)
              + ") of axis "
              + axis
              + " of "
              + shape()
              + ".");
    }
    Tensor s = slice(axis, i, i + 1);
    return s.squeeze(axis);
  }

  /** Repeats axes of size 1 and new leading axes without a copy; a size of -1 stays as it is. */
  public Tensor expand(long... shape) {
    return Dispatcher.call(ExpandOp.INSTANCE, ExpandOp.resolve(shape(), shape), this);
  }

  /** Removes an axis of size 1. */
  public Tensor squeeze(int axis) {
    if (dim(axis) != 1) {
      throw new ShapeException("squeeze", "axis " + axis + " of " + shape() + " is not of size 1.");
    }
    return reshape(shape().without(axis).dims());
  }

  /** Inserts an axis of size 1 before {@code axis}; -1 appends it. */
  public Tensor unsqueeze(int axis) {
    int a = axis < 0 ? axis + rank() + 1 : axis;
    if (a < 0 || a > rank()) {
      throw new ShapeException(
          "unsqueeze",
          "place "
              + axis
              + " for a new axis is outside [-"
              + (rank() + 1)
              + ", "
              + rank()
              + "] of "
              + shape()
              + ".");
    }
    long[] d = new long[rank() + 1];
    for (int i = 0, j = 0; i < d.length; i++) {
      d[i] = i == a ? 1 : dim(j++);
    }
    return reshape(d);
  }

  /** Axes {@code first} to {@code last} joined into one. */
  public Tensor flatten(int first, int last) {
    int a = shape().axis(first);
    int b = shape().axis(last);
    if (a > b) {
      throw new ShapeException(
          "flatten", "axis " + first + " comes after axis " + last + " in " + shape() + ".");
    }
    long joined = 1;
    for (int i = a; i <= b; i++) {
      joined *= dim(i);
    }
    long[] d = new long[rank() - b + a];
    for (int i = 0; i < d.length; i++) {
      d[i] = i < a ? dim(i) : i == a ? joined : dim(i + b - a);
    }
    return reshape(d);
  }

  /** One axis moved to another place; the others keep their order. */
  public Tensor movedim(int from, int to) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < rank(); i++) {
      order.add(i);
    }
    Integer moved = order.remove(shape().axis(from));
    order.add(shape().axis(to), moved);
    return permute(order.stream().mapToInt(Integer::intValue).toArray());
  }

  /**
   * The diagonal of two axes as a view; they are replaced by one last axis. 0 is the main diagonal,
   * positive numbers lie above it.
   */
  public Tensor diagonal(long diagonal, int axis1, int axis2) {
    return Dispatcher.call(
        DiagonalOp.INSTANCE,
        new DiagonalOp.Attrs(diagonal, shape().axis(axis1), shape().axis(axis2)),
        this);
  }

  /**
   * Windows of {@code size} elements every {@code step} elements of an axis as a view; a new last
   * axis runs inside of them.
   */
  public Tensor unfold(int axis, long size, long step) {
    return Dispatcher.call(
        UnfoldOp.INSTANCE, new UnfoldOp.Attrs(shape().axis(axis), size, step), this);
  }

  /** Consecutive parts of an axis as views; the sizes add up to that of the axis. */
  public Tensor[] split(int axis, long... sizes) {
    if (LongStream.of(sizes).sum() != dim(axis) || LongStream.of(sizes).anyMatch(n -> n < 0)) {
      throw new ShapeException(
          "split",
          "parts of "
              + Arrays.toString(sizes)
              + " do not make up axis "
              + axis
              + " of "
              + shape()
              + " (size "
              + dim(axis)
              + ").");
    }
    Tensor[] parts = new Tensor[sizes.length];
    long start = 0;
    for (int i = 0; i < parts.length; i++) {
      parts[i] = slice(axis, start, start + sizes[i]);
      start += sizes[i];
    }
    return parts;
  }

  /** An axis in parts of {@code ceil(size / chunks)} as views; the last one may be smaller. */
  public Tensor[] chunk(int axis, long chunks) {
    if (chunks < 1) {
      throw new ShapeException("chunk", "the number of chunks is " + chunks + " but must be > 0.");
    }
    long size = dim(axis);
    long each = Math.max(1, (size + chunks - 1) / chunks);
    long[] sizes = new long[Math.toIntExact(Math.max(1, (size + each - 1) / each))];
    Arrays.setAll(sizes, i -> Math.min(each, size - i * each));
    return split(axis, sizes);
  }

  // ---------------------------------------------------------------- rearranged copies

  /** Axes running backwards. */
  public Tensor flip(int... axes) {
    return FlipOp.apply(this, axes);
  }

  /** Elements of an axis shifted towards its end; what leaves there enters at its start. */
  public Tensor roll(long shift, int axis) {
    return RollOp.apply(this, new long[] {shift}, axis);
  }

  /** The whole tensor repeated along its axes; further numbers in front make new axes. */
  public Tensor repeat(long... repeats) {
    return Dispatcher.call(RepeatOp.INSTANCE, LongStream.of(repeats).boxed().toList(), this);
  }

  /** Every element of an axis repeated in place. */
  public Tensor repeatInterleave(long repeats, int axis) {
    return Dispatcher.call(
        RepeatInterleaveOp.INSTANCE,
        new RepeatInterleaveOp.Attrs(repeats, shape().axis(axis)),
        this);
  }

  /**
   * A value added around the last axes: pairs of numbers before and after, from the last axis on;
   * negative numbers take elements away. {@link PadOp} has the other modes.
   */
  public Tensor pad(double value, long... pairs) {
    return pad(PadOp.Mode.CONSTANT, value, pairs);
  }

  /**
   * Elements added around the last axes: pairs of numbers before and after, from the last axis on.
   *
   * @param value for mode constant, of no effect in the others
   */
  public Tensor pad(PadOp.Mode mode, double value, long... pairs) {
    return Dispatcher.call(PadOp.INSTANCE, PadOp.Attrs.ofLast(rank(), pairs, mode, value), this);
  }

  /** The lower triangle of the last two axes up to a diagonal, zero elsewhere. */
  public Tensor tril(long diagonal) {
    return Dispatcher.call(TriangleOp.TRIL, diagonal, this);
  }

  /** The upper triangle of the last two axes from a diagonal on, zero elsewhere. */
  public Tensor triu(long diagonal) {
    return Dispatcher.call(TriangleOp.TRIU, diagonal, this);
  }

  // ---------------------------------------------------------------- element-wise

  private Tensor unary(UnaryOp op) {
    return Dispatcher.call(op, NoAttrs.NONE, this);
  }

  /** {@code this + other}. */
  public Tensor add(Tensor other) {
    return ElementwiseOps.binary(ElementwiseOps.ADD, this, other);
  }

  /** {@code this + value}. */
  public Tensor add(double value) {
    return affine(1, value);
  }

  /** {@code this - other}. */
  public Tensor sub(Tensor other) {
    return ElementwiseOps.binary(ElementwiseOps.SUB, this, other);
  }

  /** {@code this - value}. */
  public Tensor sub(double value) {
    return affine(1, -value);
  }

  /** {@code this * other}. */
  public Tensor mul(Tensor other) {
    return ElementwiseOps.binary(ElementwiseOps.MUL, this, other);
  }

  /** {@code this * value}. */
  public Tensor mul(double value) {
    return affine(value, 0);
  }

  /** {@code this / other}. */
  public Tensor div(Tensor other) {
    return ElementwiseOps.binary(ElementwiseOps.DIV, this, other);
  }

  /** {@code this / value}. */
  public Tensor div(double value) {
    return affine(1 / value, 0);
  }

  /** {@code this * scale + shift}. */
  public Tensor affine(double scale, double shift) {
    return Dispatcher.call(AffineOp.INSTANCE, new AffineOp.Attrs(scale, shift), this);
  }

  /** The larger of two values; at ties the gradient is halved. */
  public Tensor maximum(Tensor other) {
    return ElementwiseOps.binary(ElementwiseOps.MAXIMUM, this, other);
  }

  /** The smaller of two values; at ties the gradient is halved. */
  public Tensor minimum(Tensor other) {
    return ElementwiseOps.binary(ElementwiseOps.MINIMUM, this, other);
  }

  /** {@code this == other} as truth values. */
  public Tensor eq(Tensor other) {
    return ElementwiseOps.compare(ElementwiseOps.EQ, this, other);
  }

  /** {@code this != other} as truth values. */
  public Tensor ne(Tensor other) {
    return ElementwiseOps.compare(ElementwiseOps.NE, this, other);
  }

  /** {@code this < other} as truth values. */
  public Tensor lt(Tensor other) {
    return ElementwiseOps.compare(ElementwiseOps.LT, this, other);
  }

  /** {@code this <= other} as truth values. */
  public Tensor le(Tensor other) {
    return ElementwiseOps.compare(ElementwiseOps.LE, this, other);
  }

  /** {@code this > other} as truth values. */
  public Tensor gt(Tensor other) {
    return ElementwiseOps.compare(ElementwiseOps.LT, other, this);
  }

  /** {@code this >= other} as truth values. */
  public Tensor ge(Tensor other) {
    return ElementwiseOps.compare(ElementwiseOps.LE, other, this);
  }

  /** Whether both hold; other types than truth values are true where not zero. */
  public Tensor and(Tensor other) {
    return LogicOps.AND.apply(this, other);
  }

  /** Whether one or both hold; other types than truth values are true where not zero. */
  public Tensor or(Tensor other) {
    return LogicOps.OR.apply(this, other);
  }

  /** Whether exactly one holds; other types than truth values are true where not zero. */
  public Tensor xor(Tensor other) {
    return LogicOps.XOR.apply(this, other);
  }

  /** Whether an element is zero or false. */
  public Tensor not() {
    return LogicOps.NOT.apply(this);
  }

  /** Whether an element is not a number. */
  public Tensor isNan() {
    return LogicOps.IS_NAN.apply(this);
  }

  /** Whether an element is infinite. */
  public Tensor isInf() {
    return LogicOps.IS_INF.apply(this);
  }

  /** Whether an element is neither infinite nor not-a-number. */
  public Tensor isFinite() {
    return LogicOps.IS_FINITE.apply(this);
  }

  /** {@code -this}. */
  public Tensor neg() {
    return unary(ElementwiseOps.NEG);
  }

  /** Absolute value. */
  public Tensor abs() {
    return unary(ElementwiseOps.ABS);
  }

  /** {@code e^this}. */
  public Tensor exp() {
    return unary(ElementwiseOps.EXP);
  }

  /** Natural logarithm. */
  public Tensor log() {
    return unary(ElementwiseOps.LOG);
  }

  /** Square root. */
  public Tensor sqrt() {
    return unary(ElementwiseOps.SQRT);
  }

  /** {@code 1 / sqrt(this)}. */
  public Tensor rsqrt() {
    return unary(ElementwiseOps.RSQRT);
  }

  /** {@code this * this}. */
  public Tensor square() {
    return unary(ElementwiseOps.SQUARE);
  }

  /** {@code 1 / this}. */
  public Tensor reciprocal() {
    return unary(ElementwiseOps.RECIPROCAL);
  }

  /** Sine of radians. */
  public Tensor sin() {
    return unary(ElementwiseOps.SIN);
  }

  /** Cosine of radians. */
  public Tensor cos() {
    return unary(ElementwiseOps.COS);
  }

  /** Hyperbolic tangent. */
  public Tensor tanh() {
    return unary(ElementwiseOps.TANH);
  }

  /** {@code 1 / (1 + e^-this)}. */
  public Tensor sigmoid() {
    return unary(ElementwiseOps.SIGMOID);
  }

  /** {@code max(this, 0)}. */
  public Tensor relu() {
    return unary(ElementwiseOps.RELU);
  }

  /** Gaussian error linear unit, {@code x * Phi(x)} (Hendrycks and Gimpel, 2016), exact form. */
  public Tensor gelu() {
    return unary(ElementwiseOps.GELU);
  }

  /** Gaussian error linear unit in the tanh approximation. */
  public Tensor geluTanh() {
    return unary(ElementwiseOps.GELU_TANH);
  }

  /** {@code this * sigmoid(this)}. */
  public Tensor silu() {
    return unary(ElementwiseOps.SILU);
  }

  /** Gauss error function. */
  public Tensor erf() {
    return unary(ElementwiseOps.ERF);
  }

  /** {@code log(1 + e^this)}. */
  public Tensor softplus() {
    return unary(ElementwiseOps.SOFTPLUS);
  }

  /** {@code log(sigmoid(this))}. */
  public Tensor logSigmoid() {
    return unary(ActivationOps.LOG_SIGMOID);
  }

  /** {@code this * tanh(softplus(this))} (Misra, 2019). */
  public Tensor mish() {
    return unary(ActivationOps.MISH);
  }

  /** {@code this * sigmoid(1.702 * this)}. */
  public Tensor quickGelu() {
    return unary(ActivationOps.QUICK_GELU);
  }

  /** {@code min(max(this, 0), 6)}. */
  public Tensor relu6() {
    return unary(ActivationOps.RELU6);
  }

  /** {@code this * relu6(this + 3) / 6} (Howard et al., 2019). */
  public Tensor hardswish() {
    return unary(ActivationOps.HARDSWISH);
  }

  /** This where positive, else {@code slope * this}. */
  public Tensor leakyRelu(double slope) {
    return ActivationOps.leakyRelu(this, slope);
  }

  /** This where positive, else {@code alpha * (e^this - 1)} (Clevert et al., 2016). */
  public Tensor elu(double alpha) {
    return ActivationOps.elu(this, alpha);
  }

  /** -1, 0 or 1. */
  public Tensor sign() {
    return unary(MathOps.SIGN);
  }

  /** Largest whole number not above the value. */
  public Tensor floor() {
    return unary(MathOps.FLOOR);
  }

  /** Smallest whole number not below the value. */
  public Tensor ceil() {
    return unary(MathOps.CEIL);
  }

  /** Nearest whole number, a half to the even one. */
  public Tensor round() {
    return unary(MathOps.ROUND);
  }

  /** {@code log(1 + this)}, precise near 0. */
  public Tensor log1p() {
    return unary(MathOps.LOG1P);
  }

  /** {@code e^this - 1}, precise near 0. */
  public Tensor expm1() {
    return unary(MathOps.EXPM1);
  }

  /** {@code this^exponent} element by element. */
  public Tensor pow(Tensor exponent) {
    return ElementwiseOps.binary(ElementwiseOps.POW, this, exponent);
  }

  /** {@code this^exponent}. */
  public Tensor pow(double exponent) {
    return Dispatcher.call(PowOp.INSTANCE, exponent, this);
  }

  /** Values limited to {@code [low, high]}; the gradient is zero outside. */
  public Tensor clamp(double low, double high) {
    return Dispatcher.call(ClampOp.INSTANCE, new ClampOp.Attrs(low, high), this);
  }

  /** Values not below {@code low}; the gradient is zero below. */
  public Tensor clampMin(double low) {
    return clamp(low, Double.POSITIVE_INFINITY);
  }

  /** Values not above {@code high}; the gradient is zero above. */
  public Tensor clampMax(double high) {
    return clamp(Double.NEGATIVE_INFINITY, high);
  }

  /** Elements of {@code a} where the condition holds, else of {@code b}; all three broadcast. */
  public static Tensor where(Tensor condition, Tensor a, Tensor b) {
    return WhereOp.apply(condition, a, b);
  }

  /** This tensor with {@code value} where the mask holds; the mask broadcasts. */
  public Tensor maskedFill(Tensor mask, double value) {
    return WhereOp.apply(mask, scalar(value, dtype, device()), this);
  }

  // ---------------------------------------------------------------- reductions

  /** Sum of all elements. */
  public Tensor sum() {
    return Dispatcher.call(SumOp.INSTANCE, Axes.all(shape()), this);
  }

  /** Sum over axes. */
  public Tensor sum(boolean keepDims, int... axes) {
    return Dispatcher.call(SumOp.INSTANCE, Axes.of(shape(), keepDims, axes), this);
  }

  /** Mean of all elements. */
  public Tensor mean() {
    return sum().mul(1.0 / numel());
  }

  /** Mean over axes. */
  public Tensor mean(boolean keepDims, int... axes) {
    Axes a = Axes.of(shape(), keepDims, axes);
    return Dispatcher.call(SumOp.INSTANCE, a, this).mul(1.0 / a.count(shape()));
  }

  /** Product of all elements. */
  public Tensor prod() {
    return Dispatcher.call(ProdOp.INSTANCE, Axes.all(shape()), this);
  }

  /** Product over axes. */
  public Tensor prod(boolean keepDims, int... axes) {
    return Dispatcher.call(ProdOp.INSTANCE, Axes.of(shape(), keepDims, axes), this);
  }

  /**
   * Variance over axes.
   *
   * @param correction taken off the number of elements: 1 for an estimate from a sample, else 0
   */
  public Tensor var(double correction, boolean keepDims, int... axes) {
    Axes a = Axes.of(shape(), keepDims, axes);
    return Dispatcher.call(VarOp.VAR, new VarOp.Attrs(a, correction), this);
  }

  /** Standard deviation over axes; see {@link #var}. */
  public Tensor std(double correction, boolean keepDims, int... axes) {
    Axes a = Axes.of(shape(), keepDims, axes);
    return Dispatcher.call(VarOp.STD, new VarOp.Attrs(a, correction), this);
  }

  /** Vector norm of order p over axes; p may be infinite. */
  public Tensor norm(double p, boolean keepDims, int... axes) {
    Axes a = Axes.of(shape(), keepDims, axes);
    return Dispatcher.call(NormOp.INSTANCE, new NormOp.Attrs(p, a), this);
  }

  /** {@code log(sum(e^this))} over axes, without overflow. */
  public Tensor logSumExp(boolean keepDims, int... axes) {
    return Dispatcher.call(LogSumExpOp.INSTANCE, Axes.of(shape(), keepDims, axes), this);
  }

  /** Largest of all elements; equal ones share the gradient. */
  public Tensor max() {
    return Dispatcher.call(AmaxOp.MAX, Axes.all(shape()), this);
  }

  /** Smallest of all elements; equal ones share the gradient. */
  public Tensor min() {
    return Dispatcher.call(AmaxOp.MIN, Axes.all(shape()), this);
  }

  /** Largest value over axes; equal ones share the gradient. */
  public Tensor amax(boolean keepDims, int... axes) {
    return Dispatcher.call(AmaxOp.MAX, Axes.of(shape(), keepDims, axes), this);
  }

  /** Smallest value over axes; equal ones share the gradient. */
  public Tensor amin(boolean keepDims, int... axes) {
    return Dispatcher.call(AmaxOp.MIN, Axes.of(shape(), keepDims, axes), this);
  }

  /** Whether any element is not zero or false. */
  public Tensor any() {
    return Dispatcher.call(TruthReductionOp.ANY, Axes.all(shape()), to(DType.BOOL));
  }

  /** Whether any element over axes is not zero or false. */
  public Tensor any(boolean keepDims, int... axes) {
    return Dispatcher.call(TruthReductionOp.ANY, Axes.of(shape(), keepDims, axes), to(DType.BOOL));
  }

  /** Whether no element is zero or false. */
  public Tensor all() {
    return Dispatcher.call(TruthReductionOp.ALL, Axes.all(shape()), to(DType.BOOL));
  }

  /** Whether no element over axes is zero or false. */
  public Tensor all(boolean keepDims, int... axes) {
    return Dispatcher.call(TruthReductionOp.ALL, Axes.of(shape(), keepDims, axes), to(DType.BOOL));
  }

  /** Number ({@code I64}) of elements over axes that are not zero or false. */
  public Tensor countNonzero(boolean keepDims, int... axes) {
    return Dispatcher.call(CountNonzeroOp.INSTANCE, Axes.of(shape(), keepDims, axes), this);
  }

  /** Largest value along an axis; at ties the gradient goes to the first. */
  public Tensor max(int axis, boolean keepDims) {
    return Dispatcher.call(
        ExtremumOp.MAX, new ExtremumOp.Attrs(shape().axis(axis), keepDims), this);
  }

  /** Smallest value along an axis; at ties the gradient goes to the first. */
  public Tensor min(int axis, boolean keepDims) {
    return Dispatcher.call(
        ExtremumOp.MIN, new ExtremumOp.Attrs(shape().axis(axis), keepDims), this);
  }

  /** Position ({@code I64}) of the first largest value along an axis. */
  public Tensor argmax(int axis) {
    return Dispatcher.call(ArgmaxOp.INSTANCE, shape().axis(axis), this);
  }

  /** Position ({@code I64}) of the first smallest value along an axis. */
  public Tensor argmin(int axis) {
    return Dispatcher.call(ArgminOp.INSTANCE, shape().axis(axis), this);
  }

  // ---------------------------------------------------------------- scans and sorting

  /** Running sum along an axis. */
  public Tensor cumsum(int axis) {
    return Dispatcher.call(CumsumOp.INSTANCE, ScanAttrs.of(shape(), axis), this);
  }

  /** Running product along an axis. */
  public Tensor cumprod(int axis) {
    return Dispatcher.call(CumprodOp.INSTANCE, ScanAttrs.of(shape(), axis), this);
  }

  /** Values in order along an axis and the positions ({@code I64}) they had; equal ones stay. */
  public Tensor[] sort(int axis, boolean descending) {
    return Dispatcher.apply(
        SortOp.INSTANCE, new SortOp.Attrs(shape().axis(axis), descending), this);
  }

  /** Positions ({@code I64}) that put the values in order along an axis; equal ones stay. */
  public Tensor argsort(int axis, boolean descending) {
    return sort(axis, descending)[1];
  }

  /** The k largest (or smallest) values along an axis, best first, and their positions. */
  public Tensor[] topk(long k, int axis, boolean largest) {
    return Dispatcher.apply(
        TopkOp.INSTANCE, new TopkOp.Attrs(shape().axis(axis), k, largest), this);
  }

  // ---------------------------------------------------------------- linear algebra and networks

  /**
   * Matrix product over the last two axes, {@code [..., m, k] x [..., k, n]}; leading axes
   * broadcast. A left side with one axis is a row, a right side with one axis a column, and the
   * axis of size 1 disappears from the result.
   */
  public Tensor matmul(Tensor other) {
    return MatmulOp.apply(this, other);
  }

  /** Inner product of two vectors of one size. */
  public Tensor dot(Tensor other) {
    return MatmulOp.dot(this, other);
  }

  /** All products of elements of two vectors: {@code [n, m]}. */
  public Tensor outer(Tensor other) {
    return MatmulOp.outer(this, other);
  }

  /**
   * Sum of products by Einstein's convention, such as {@code einsum("bhid,bhjd->bhij", q, k)}. A
   * repeated label in an operand takes the diagonal, {@code ...} stands for further axes, and
   * without {@code ->} the labels that occur once make the result, in alphabetical order.
   */
  public static Tensor einsum(String equation, Tensor... operands) {
    return Einsum.apply(equation, operands);
  }

  /**
   * Convolution of {@code [n, channels, length]} with weight {@code [out, channels / groups,
   * kernel]} and bias {@code [out]} or null; {@link Spatial} has more options.
   */
  public Tensor conv1d(
      Tensor weight, Tensor bias, long stride, long padding, long dilation, long groups) {
    return Spatial.conv1d(this, weight, bias, Conv2dOp.Axis.of(stride, padding, dilation), groups);
  }

  /**
   * Convolution of {@code [n, channels, height, width]} with weight {@code [out, channels / groups,
   * kernel height, kernel width]} and bias {@code [out]} or null; {@link Spatial} has more options.
   */
  public Tensor conv2d(
      Tensor weight, Tensor bias, long stride, long padding, long dilation, long groups) {
    Conv2dOp.Axis axis = Conv2dOp.Axis.of(stride, padding, dilation);
    return Spatial.conv2d(this, weight, bias, axis, axis, groups);
  }

  /** {@code this · weightᵀ + bias} with weight {@code [out, in]} and bias {@code [out]} or null. */
  public Tensor linear(Tensor weight, Tensor bias) {
    return Dispatcher.call(LinearOp.INSTANCE, NoAttrs.NONE, this, weight, bias);
  }

  /** {@code e^x / sum(e^x)} along the last axis. */
  public Tensor softmax() {
    return Dispatcher.call(SoftmaxOp.INSTANCE, NoAttrs.NONE, this);
  }

  /** {@code e^x / sum(e^x)} along an axis. */
  public Tensor softmax(int axis) {
    boolean last = shape().axis(axis) == rank() - 1;
    return last ? softmax() : transpose(axis, -1).softmax().transpose(axis, -1);
  }

  /** {@code log(softmax(x))} along an axis. */
  public Tensor logSoftmax(int axis) {
    boolean last = shape().axis(axis) == rank() - 1;
    return last ? logSoftmax() : transpose(axis, -1).logSoftmax().transpose(axis, -1);
  }

  /** Vectors along an axis divided by their norm of order p, or by eps where that is larger. */
  public Tensor normalize(double p, int axis, double eps) {
    return Dispatcher.call(
        NormalizeOp.INSTANCE, new NormalizeOp.Attrs(p, shape().axis(axis), eps), this);
  }

  /** Cosine of the angle between vectors along an axis; see {@link CosineSimilarityOp}. */
  public Tensor cosineSimilarity(Tensor other, int axis, double eps) {
    return Dispatcher.call(
        CosineSimilarityOp.INSTANCE, new CosineSimilarityOp.Attrs(axis, eps), this, other);
  }

  /** {@code log(softmax(x))} along the last axis. */
  public Tensor logSoftmax() {
    return Dispatcher.call(LogSoftmaxOp.INSTANCE, NoAttrs.NONE, this);
  }

  /** Layer normalisation over the last axis (Ba et al., 2016); weight and bias may be null. */
  public Tensor layerNorm(Tensor weight, Tensor bias, double eps) {
    return Dispatcher.call(LayerNormOp.INSTANCE, new LayerNormOp.Attrs(eps), this, weight, bias);
  }

  /**
   * {@code layer_norm(dropout(this, p) + residual)} in one pass; takes one stream of {@link
   * RandomSource#current()} unless p is 0.
   */
  public Tensor dropoutAddLayerNorm(
      Tensor residual, Tensor weight, Tensor bias, double eps, double p) {
    RandomSource random = RandomSource.current();
    long stream = p == 0 ? 0 : random.nextStream();
    return Dispatcher.call(
        DropoutAddLayerNormOp.INSTANCE,
        new DropoutAddLayerNormOp.Attrs(eps, p, random.seed(), stream),
        this,
        residual,
        weight,
        bias);
  }

  /** The rows {@code I64[t]}, strictly ascending, of this {@code [n, ..]} as {@code [t, ..]}. */
  public Tensor packRows(Tensor rows) {
    return Dispatcher.call(PackRowsOp.INSTANCE, NoAttrs.NONE, this, rows);
  }

  /**
   * Puts the rows of this {@code [t, ..]} to the places {@code I64[t]}, strictly ascending, of a
   * result {@code [count, ..]} that is zero elsewhere.
   */
  public Tensor unpackRows(Tensor rows, long count) {
    return Dispatcher.call(UnpackRowsOp.INSTANCE, count, this, rows);
  }

  /** Root mean square normalisation over the last axis (Zhang and Sennrich, 2019). */
  public Tensor rmsNorm(Tensor weight, double eps) {
    return Dispatcher.call(RmsNormOp.INSTANCE, new RmsNormOp.Attrs(eps), this, weight);
  }

  /** {@code result[..i..] = this[..index[..i..]..]} along an axis; index has this tensor's rank. */
  public Tensor gather(int axis, Tensor index) {
    return Dispatcher.call(GatherOp.INSTANCE, shape().axis(axis), this, index);
  }

  /**
   * Elements along an axis by an index tensor; the other axes of both broadcast. {@link Indexing}
   * has further ways to read and write by index.
   */
  public Tensor takeAlongAxis(Tensor index, int axis) {
    return Indexing.takeAlongAxis(this, index, axis);
  }

  /** Slices of an axis by their numbers {@code I64[n]}. */
  public Tensor indexSelect(int axis, Tensor index) {
    return Dispatcher.call(IndexSelectOp.INSTANCE, shape().axis(axis), this, index);
  }

  /** The elements where a mask holds, in row-major order; both broadcast. */
  public Tensor maskedSelect(Tensor mask) {
    return Indexing.maskedSelect(this, mask);
  }

  /** Coordinates of the elements that are not zero, {@code I64[count, rank]}. */
  public Tensor nonzero() {
    return Indexing.nonzero(this);
  }

  /** These classes {@code I64[..]} as unit vectors {@code I64[.., classes]}. */
  public Tensor oneHot(long classes) {
    return Indexing.oneHot(this, classes);
  }

  /** Rows of this table {@code [v, d]} by {@code I64} ids {@code [..]}, giving {@code [.., d]}. */
  public Tensor embedding(Tensor ids) {
    return Dispatcher.call(EmbeddingOp.INSTANCE, EmbeddingOp.Attrs.NO_PADDING, this, ids);
  }

  /**
   * Rows of this table {@code [v, d]} by {@code I64} ids {@code [..]}, giving {@code [.., d]}; row
   * {@code paddingIndex} gets no gradient, -1 for none.
   */
  public Tensor embedding(Tensor ids, int paddingIndex) {
    return Dispatcher.call(EmbeddingOp.INSTANCE, new EmbeddingOp.Attrs(paddingIndex), this, ids);
  }

  /**
   * Scaled dot-product attention of these queries {@code [b, h, s, d]}, see {@link AttentionOp}; no
   * weights are kept, {@link #attentionWeights} computes them. Dropout takes one stream of {@link
   * RandomSource#current()}.
   *
   * @param keys {@code [b, g, t, d]}, g divides h
   * @param values {@code [b, g, t, dv]}
   * @param mask additive, broadcasts to {@code [b, h, s, t]}, or null
   * @param scale factor on the products, usually {@code 1 / sqrt(d)}
   * @param causal whether later keys are hidden from earlier queries
   * @param dropout probability of dropping a weight
   * @return context {@code [b, h, s, dv]}
   */
  public Tensor attention(
      Tensor keys, Tensor values, Tensor mask, double scale, boolean causal, double dropout) {
    AttentionOp.Attrs attrs = attention(scale, causal, dropout);
    return Dispatcher.call(AttentionOp.INSTANCE, attrs, this, keys, values, mask);
  }

  /**
   * The weights of {@link #attention} before dropout, {@code [b, h, s, t]}, by plain ops; their
   * memory grows with the square of the length.
   */
  public Tensor attentionWeights(Tensor keys, Tensor mask, double scale, boolean causal) {
    return PlainAttention.weights(this, keys, mask, new AttentionOp.Attrs(scale, causal, 0, 0, 0));
  }

  /**
   * Attention of these queries {@code [rows, h, d]} within packed sequences, without padding; see
   * {@link PackedAttentionOp}. Dropout takes one stream of {@link RandomSource#current()}.
   *
   * @param keys {@code [rows, g, d]}, g divides h
   * @param values {@code [rows, g, dv]}
   * @param offsets running sums of the lengths, {@code [sequences + 1]}, {@code I32} or {@code I64}
   * @param scale factor on the products, usually {@code 1 / sqrt(d)}
   * @param causal whether later keys are hidden from earlier queries
   * @param dropout probability of dropping a weight
   * @return context {@code [rows, h, dv]}
   */
  public Tensor attentionPacked(
      Tensor keys, Tensor values, Tensor offsets, double scale, boolean causal, double dropout) {
    AttentionOp.Attrs attrs = attention(scale, causal, dropout);
    return Dispatcher.call(PackedAttentionOp.INSTANCE, attrs, this, keys, values, offsets, null);
  }

  private static AttentionOp.Attrs attention(double scale, boolean causal, double dropout) {
    RandomSource random = RandomSource.current();
    long stream = dropout == 0 ? 0 : random.nextStream();
    return new AttentionOp.Attrs(scale, causal, dropout, random.seed(), stream);
  }

  /**
   * Drops elements with probability {@code p} and scales the others by {@code 1 / (1 - p)}; takes
   * one stream of {@link RandomSource#current()}. For {@code p = 0} this tensor.
   */
  public Tensor dropout(double p) {
    if (p == 0) {
      return this;
    }
    RandomSource random = RandomSource.current();
    return Dispatcher.call(
        DropoutOp.INSTANCE, new DropoutOp.Attrs(p, random.seed(), random.nextStream()), this);
  }

  /**
   * Mean cross entropy of these logits {@code [n, classes]} with {@code I64} targets {@code [n]};
   * targets of -100 do not count.
   */
  public Tensor crossEntropy(Tensor target) {
    return Dispatcher.call(CrossEntropyOp.INSTANCE, CrossEntropyOp.Attrs.MEAN, this, target);
  }

  /**
   * Mean cross entropy of {@code linear(this, weight, bias)} without keeping the scores, for large
   * vocabularies; see {@link LinearCrossEntropyOp}.
   *
   * @param weight {@code [classes, in]} for this {@code [n, in]}
   * @param bias {@code [classes]} or null
   * @param target {@code I64[n]}; targets of -100 do not count
   */
  public Tensor linearCrossEntropy(Tensor weight, Tensor bias, Tensor target) {
    boolean gradients =
        Dispatcher.isRecording()
            && (requiresGrad() || weight.requiresGrad() || bias != null && bias.requiresGrad());
    return Dispatcher.call(
        LinearCrossEntropyOp.INSTANCE,
        new LinearCrossEntropyOp.Attrs(CrossEntropyOp.Attrs.MEAN, gradients, 0),
        this,
        weight,
        target,
        bias);
  }

  /**
   * Mean binary cross entropy of these scores with targets in {@code [0, 1]} of the same shape and
   * type; one number, at least in single precision.
   */
  public Tensor bceWithLogits(Tensor target) {
    return Dispatcher.call(BceWithLogitsOp.INSTANCE, Reduction.MEAN, this, target, null, null);
  }

  /**
   * Mean squared difference from a target of the same shape and type; one number, at least in
   * single precision.
   */
  public Tensor mseLoss(Tensor target) {
    return Dispatcher.call(MseLossOp.INSTANCE, Reduction.MEAN, this, target);
  }

  /** Tensors joined along an existing axis. */
  public static Tensor cat(int axis, Tensor... parts) {
    requireParts("cat", parts);
    return Dispatcher.call(CatOp.INSTANCE, parts[0].shape().axis(axis), parts);
  }

  /** Tensors of equal shape joined along a new axis. */
  public static Tensor stack(int axis, Tensor... parts) {
    requireParts("stack", parts);
    Tensor[] wider = new Tensor[parts.length];
    int at = axis < 0 ? axis + parts[0].rank() + 1 : axis;
    Arrays.setAll(wider, i -> parts[i].unsqueeze(at));
    return cat(at, wider);
  }

  private static void requireParts(String user, Tensor[] parts) {
    if (parts.length == 0) {
      throw new ShapeException(user, "there are no tensors to join. Give at least one.");
    }
  }

  @Override
  public String toString() {
    return released || !storage.isReachable()
        ? describe() + " (released)"
        : TensorPrinter.print(this);
  }
}
