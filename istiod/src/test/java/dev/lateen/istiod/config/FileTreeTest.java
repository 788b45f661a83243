package dev.lateen.istiod.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTreeTest {
    @TempDir
    private Path directory;

    @Test
    void aFileThatCanNotBeLookedAtCountsAsUnchanged() throws Exception {
        Path file = Files.writeString(directory.resolve("a.yaml"), "{}");
        FileTree good = FileTree.of(List.of(directory), Map.of());
        assertThat(good.files()).containsOnlyKeys(file);

        // A link to itself is there and can't be looked at; a lack of file descriptors shows in the same way.
        Files.delete(file);
        Files.createSymbolicLink(file, file);
        FileTree broken = FileTree.of(List.of(directory), good.files());
        assertThat(broken.files()).isEqualTo(good.files());
        assertThat(broken.lost()).containsOnlyKeys(file);
    }

    @Test
    void aFileThatIsGoneIsGone() throws Exception {
        Path file = Files.writeString(directory.resolve("a.yaml"), "{}");
        FileTree good = FileTree.of(List.of(directory), Map.of());
        Files.delete(file);
        FileTree after = FileTree.of(List.of(directory), good.files());
        assertThat(after.files()).isEmpty();
        assertThat(after.lost()).isEmpty();
    }
}
