package dev.lateen.proxy.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SecretSourcesTest {
    private final Brings files = new Brings("file-");
    private final Brings own = new Brings("default");
    private final List<String> absent = new ArrayList<>();
    private final SecretSources sources = new SecretSources(List.of(files, own), absent::add);

    @Test
    void eachNameGoesToWhoBringsIt() {
        sources.want(Set.of("file-root:a", "default"));
        assertThat(files.wanted).containsExactly("file-root:a");
        assertThat(own.wanted).containsExactly("default");
        sources.want(Set.of("default"));
        assertThat(files.wanted).isEmpty();
        assertThat(absent).isEmpty();
    }

    @Test
    void aNameThatNobodyBringsIsToldOnceForAsLongAsItIsWanted() {
        sources.want(Set.of("b", "a"));
        sources.want(Set.of("a", "b", "default"));
        assertThat(absent).containsExactly("a", "b");
        sources.want(Set.of("default"));
        sources.want(Set.of("a"));
        assertThat(absent).containsExactly("a", "b", "a");
    }

    private static final class Brings implements SecretSource {
        private final String prefix;
        private Set<String> wanted = Set.of();

        Brings(String prefix) {
            this.prefix = prefix;
        }

        @Override
        public boolean brings(String name) {
            return name.startsWith(prefix);
        }

        @Override
        public void want(Set<String> names) {
            wanted = names;
        }
    }
}
