package dev.bearhug.tensor.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bearhug.tensor.op.std.StandardOps;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StandardOpsTest {

  private static final String PACKAGE = "dev.bearhug.tensor.op.std";

  private static List<Class<?>> classes()
      throws IOException, URISyntaxException, ClassNotFoundException {
    Path root =
        Path.of(StandardOps.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<Class<?>> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(root.resolve(PACKAGE.replace('.', '/')))) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".class") && !name.startsWith("package-info")) {
          found.add(Class.forName(PACKAGE + "." + name.substring(0, name.length() - 6)));
        }
      }
    }
    assertThat(found).as("classes below " + root).hasSizeGreaterThan(30);
    return found;
  }

  @Test
  void listHasEveryOpClassOfThePackage() throws Exception {
    for (Class<?> c : classes()) {
      if (Op.class.isAssignableFrom(c) && !Modifier.isAbstract(c.getModifiers())) {
        assertThat(StandardOps.all()).as("ops of " + c).anyMatch(c::isInstance);
      }
    }
  }

  @Test
  void listHasEveryOpConstantOfThePackage() throws Exception {
    for (Class<?> c : classes()) {
      for (Field f : c.getDeclaredFields()) {
        if (Modifier.isStatic(f.getModifiers()) && Op.class.isAssignableFrom(f.getType())) {
          f.setAccessible(true);
          assertThat(StandardOps.all()).as(f.toString()).contains((Op<?>) f.get(null));
        }
      }
    }
  }

  @Test
  void namesAreUnique() {
    assertThat(StandardOps.all().stream().map(Op::name)).doesNotHaveDuplicates();
  }

  @Test
  void everyOpHasSamplesAlsoAnEmptyOne() {
    for (Op<?> op : OpRegistry.all()) {
      assertThat(OpCases.of(op)).as(op.toString()).hasSizeGreaterThan(1);
      assertThat(OpCases.of(op)).as(op + ": empty sample").anyMatch(OpCase::isEmpty);
    }
  }
}
