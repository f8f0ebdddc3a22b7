package dev.bearhug.tensor.io;

import dev.bearhug.tensor.DType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a NumPy array: a Python dictionary of type, order and shape.
 *
 * @param type what the elements are
 * @param fortran whether the first axis changes fastest
 * @param shape sizes
 */
record NpyHeader(NpyType type, boolean fortran, long[] shape) {

  private static final int MOST_AXES = 64;

  /** A broken rule, as text; the reader adds the file. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
    private final String actual;

    Refused(String rule, String actual) {
      super(rule);
      this.actual = actual;
    }

    String actual() {
      return actual;
    }
  }

  /** Elements of the shape; its product was checked. */
  long numel() {
    long n = 1;
    for (long d : shape) {
      n *= d;
    }
    return n;
  }

  /** The header text of a row-major array, without padding. */
  static String text(DType dtype, long[] shape) {
    StringBuilder s = new StringBuilder("{'descr': '");
    s.append(NpyType.descriptor(dtype)).append("', 'fortran_order': False, 'shape': (");
    for (int i = 0; i < shape.length; i++) {
      s.append(i > 0 ? " " : "").append(shape[i]).append(i < shape.length - 1 || i == 0 ? "," : "");
    }
    return s.append("), }").toString();
  }

  static NpyHeader parse(byte[] bytes, boolean utf8) throws Refused {
    String text = new String(bytes, utf8 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
    Map<String, Object> values = new Scanner(text).dictionary();
    for (String key : List.of("descr", "fortran_order", "shape")) {
      if (!values.containsKey(key)) {
        throw new Refused("the header must give descr, fortran_order and shape", text);
      }
    }
    if (values.size() != 3
        || !(values.get("descr") instanceof String descriptor)
        || !(values.get("fortran_order") instanceof Boolean fortran)
        || !(values.get("shape") instanceof long[] shape)) {
      throw new Refused(
          "descr must be a simple type, fortran_order a truth value, shape a tuple", text);
    }
    NpyType type = NpyType.of(descriptor);
    checkSize(shape, type);
    return new NpyHeader(type, fortran, shape);
  }

  private static void checkSize(long[] shape, NpyType type) throws Refused {
    try {
      long bytes = 8;
      for (long d : shape) {
        bytes = Math.multiplyExact(bytes, Math.max(1, d));
      }
    } catch (ArithmeticException e) {
      throw new Refused(
          "the sizes must multiply to less than 2^60", java.util.Arrays.toString(shape));
    }
    if (shape.length > MOST_AXES) {
      throw new Refused("there must be at most " + MOST_AXES + " axes", shape.length + " axes");
    }
  }

  /** Reads the few Python literals that headers consist of. */
  private static final class Scanner {
    private final String text;
    private int at;

    Scanner(String text) {
      this.text = text;
    }

    Map<String, Object> dictionary() throws Refused {
      Map<String, Object> values = new HashMap<>();
      expect('{');
      while (!take('}')) {
        String key = string();
        expect(':');
        if (values.put(key, value()) != null) {
          throw refused("no key may occur twice");
        }
        if (!take(',')) {
          expect('}');
          break;
        }
      }
      if (!text.substring(at).isBlank()) {
        throw refused("nothing may follow the dictionary");
      }
      return values;
    }

    private Object value() throws Refused {
      skip();
      if (text.startsWith("True", at) || text.startsWith("False", at)) {
        boolean yes = text.charAt(at) == 'T';
        at += yes ? 4 : 5;
        return yes;
      }
      if (take('(')) {
        return tuple();
      }
      if (peek() == '[') {
        throw refused("records of several fields are not arrays of numbers");
      }
      return string();
    }

    private long[] tuple() throws Refused {
      List<Long> sizes = new ArrayList<>();
      while (!take(')')) {
        skip();
        int start = at;
        while (at < text.length()
            && Character.digit(text.charAt(at), 10) >= 0
            && text.charAt(at) < 128) {
          at++;
        }
        if (at == start || at - start > 18) {
          throw refused("sizes must be whole numbers from 0 to 10^18");
        }
        sizes.add(Long.parseLong(text, start, at, 10));
        if (at < text.length() && text.charAt(at) == 'L') {
          at++;
        }
        if (!take(',')) {
          expect(')');
          break;
        }
      }
      return sizes.stream().mapToLong(Long::longValue).toArray();
    }

    private String string() throws Refused {
      skip();
      char quote = peek();
      int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
      if (end < 0) {
        throw refused("a text in quotes is wanted");
      }
      String value = text.substring(at + 1, end);
      at = end + 1;
      return value;
    }

    private char peek() {
      return at < text.length() ? text.charAt(at) : 0;
    }

    private void skip() {
      while (at < text.length() && text.charAt(at) <= ' ') {
        at++;
      }
    }

    private boolean take(char c) {
      skip();
      boolean there = peek() == c;
      at += there ? 1 : 0;
      return there;
    }

    private void expect(char c) throws Refused {
      if (!take(c)) {
        throw refused("the header must be a Python dictionary, \"" + c + "\" is wanted");
      }
    }

    private Refused refused(String rule) {
      return new Refused(rule, "at character " + at + " of " + text);
    }
  }
}
