package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sizes that can be read at a glance, checked by machine. */
class SizesTest {
    private static final int MOST_LINES = 400;
    private static final int MOST_PARAMETERS = 10;

    @ParameterizedTest
    @ValueSource(strings = {"main", "test"})
    void noSourceFileIsLongerThanFourHundredLines(String tree) throws IOException {
        List<String> longer = new ArrayList<>();
        List<Path> sources = House.sources(tree);
        for (Path source : sources) {
            int lines = Files.readAllLines(source).size();
            if (lines > MOST_LINES) {
                longer.add(Project.root().relativize(source) + ": " + lines);
            }
        }
        assertThat(sources).hasSizeGreaterThan(300);
        assertThat(longer).isEmpty();
    }

    @Test
    void noConstructorTakesMoreThanTenParameters() {
        List<String> longer = new ArrayList<>();
        int seen = 0;
        for (JavaClass type : House.CLASSES) {
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
