package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The one formatter. As a test, because it needs the JDK 25 that tests run on, whatever Java runs Maven. {@code ./format} writes instead
 * of complaining.
 */
class FormatTest {
    private static final List<String> MODULES = List.of(
            "mesh-api",
            "istiod",
            "proxy",
            "ingress-gateway",
            "egress-gateway",
            "injector-webhook",
            "install",
            "integration-tests");

    @Test
    void everySourceFileIsFormatted() throws Exception {
        boolean write = Boolean.getBoolean("lateen.format");
        Formatter formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
                .style(JavaFormatterOptions.Style.PALANTIR)
                .formatJavadoc(false)
                .build());
        List<String> unformatted = new ArrayList<>();
        for (Path file : sources()) {
            String source = Files.readString(file);
            String formatted = formatter.formatSourceAndFixImports(source);
            if (!formatted.equals(source)) {
                if (write) {
                    Files.writeString(file, formatted);
                } else {
                    unformatted.add(Project.root().relativize(file).toString());
                }
            }
        }
        assertThat(unformatted).as("files to format (run ./format)").isEmpty();
    }

    private static List<Path> sources() throws IOException {
        List<Path> files = new ArrayList<>();
        for (String module : MODULES) {
            try (Stream<Path> tree = Files.walk(Project.root().resolve(module).resolve("src"))) {
                tree.filter(path -> path.toString().endsWith(".java")).forEach(files::add);
            }
        }
        return files;
    }
}
