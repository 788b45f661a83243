package dev.lateen.install.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RollingFileTest {
    @TempDir
    Path dir;

    @Test
    void itNeverGrowsBeyondItsLimitAndKeepsOneOlder() throws IOException {
        Path file = dir.resolve("log");
        try (RollingFile log = new RollingFile(file, 20)) {
            for (int i = 0; i < 9; i++) {
                log.write(("line " + i + "\n").getBytes(StandardCharsets.UTF_8));
            }
            assertThat(log.older()).hasContent("line 6\nline 7\n");
        }
        assertThat(file).hasContent("line 8\n");
        try (var files = Files.list(dir)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void whatStoodInTheFileBeforeCounts() throws IOException {
        Path file = Files.writeString(dir.resolve("log"), "from an earlier run\n");
        try (RollingFile log = new RollingFile(file, 21)) {
            log.write("new\n".getBytes(StandardCharsets.UTF_8));
            assertThat(log.older()).hasContent("from an earlier run\n");
        }
        assertThat(file).hasContent("new\n");
    }
}
