package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a stranger sees first, on a machine whose own {@code java} is too old. */
class DemoTest {
    @TempDir
    Path directory;

    /** A directory for the front of the PATH with a java that only says that it was started. */
    private Path oldJava() throws IOException {
        Path home = directory.resolve("jdk-17");
        Path java = home.resolve("bin/java");
        Files.createDirectories(java.getParent());
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"17.0.15\"\n");
        Files.writeString(java, "#!/bin/sh\necho 'the old java was started'\nexit 99\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        return home;
    }

    @Test
    void theDemoComesUpAndItsPageHasDetailsAndReviews() throws Exception {
        Path old = oldJava();
        Map<String, String> environment =
                Map.of("PATH", old.resolve("bin") + ":" + System.getenv("PATH"), "JAVA_HOME", old.toString());
        List<String> command = List.of(
                Project.root().resolve("meshctl").toString(),
                "demo",
                "--dir",
                directory.resolve("demo").toString());
        try (Running demo = Running.start("demo", command, environment);
                Web user = Web.direct()) {
            // How fast it is, is measured elsewhere.
            demo.awaitOutput(Patience.OF_A_START, output -> output.contains("Ctrl-C drains and ends the mesh"));
            assertThat(demo.output())
                    .containsPattern("COMPONENT +ADDRESS +STATE")
                    .containsPattern("istiod +127.0.0.1:15012 +serves")
                    .containsPattern("productpage-v1-\\S+ +127\\.1\\.\\S+ +in sync");
            var page = user.get("http://127.0.0.1:8080/productpage");
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body()).contains("Book Details", "ISBN", "Book Reviews", "Reviewer1");
            demo.terminate();
            assertThat(demo.awaitExit(Patience.OF_A_START)).isZero();
            assertThat(demo.output()).contains("draining");
        }
    }
}
