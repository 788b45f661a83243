package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Sizes that can be read at a glance, checked by machine. */
class SizesTest {
    private static final int MOST_LINES = 400;
    private static final int MOST_PARAMETERS = 10;

    @Test
    void noSourceFileIsLongerThanFourHundredLines() throws IOException {
        List<String> longer = new ArrayList<>();
        List<Path> sources = sources();
        for (Path source : sources) {
            int lines = Files.readAllLines(source).size();
            if (lines > MOST_LINES) {
                longer.add(Project.root().relativize(source) + ": " + lines);
            }
        }
        assertThat(sources).hasSizeGreaterThan(500);
        assertThat(longer).isEmpty();
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        try (Stream<Path> modules = Files.list(Project.root())) {
            for (Path module : modules.toList()) {
                Path main = module.resolve("src/main/java");
                if (Files.isDirectory(main)) {
                    try (Stream<Path> files = Files.walk(main)) {
                        files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
                    }
                }
            }
        }
        return sources;
    }

    @Test
    void noConstructorTakesMoreThanTenParameters() {
        List<String> longer = new ArrayList<>();
        int seen = 0;
        for (JavaClass type : new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.lateen")) {
            if (type.isEnum() || type.isAnonymousClass()) {
                continue;
            }
            for (JavaConstructor constructor : type.getConstructors()) {
                seen++;
                int parameters = constructor.getRawParameterTypes().size();
                if (parameters > MOST_PARAMETERS && !constructor.getModifiers().contains(JavaModifier.SYNTHETIC)) {
                    longer.add(type.getName() + ": " + parameters);
                }
            }
        }
        assertThat(seen).isGreaterThan(1000);
        assertThat(longer).isEmpty();
    }
}
