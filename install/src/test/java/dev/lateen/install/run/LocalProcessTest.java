package dev.lateen.install.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalProcessTest {
    @TempDir
    Path dir;

    @Test
    void itsOutputIsKeptBehindItsName() {
        run("echo \"$GREETING\"", LocalProcess.Restart.NEVER);
        await().untilAsserted(() -> assertThat(log()).isEqualTo("web | hello\n"));
    }

    @Test
    void anEndIsToldAndFinalWhenItMustNotRestart() {
        LocalProcess process = run("exit 3", LocalProcess.Restart.NEVER);
        await().until(() -> process.state().startsWith("failed with 3"));
    }

    @Test
    void whatEndsStartsAgain() {
        LocalProcess process = run("echo again", LocalProcess.Restart.ALWAYS);
        await().atMost(Duration.ofSeconds(10)).until(() -> log().lines().count() >= 2);
        process.stop();
    }

    @Test
    void stoppingEndsItsChildrenToo() throws IOException {
        LocalProcess process = run("sleep 600 & echo $!; wait", LocalProcess.Restart.ALWAYS);
        await().until(() -> log().endsWith("\n"));
        long child = Long.parseLong(log().strip().substring("web | ".length()));
        assertThat(ProcessHandle.of(child)).isPresent();
        process.stop();
        await().until(() ->
                ProcessHandle.of(child).filter(ProcessHandle::isAlive).isEmpty());
    }

    @Test
    void aCommandThatDoesNotExistIsItsState() {
        LocalProcess process = LocalProcess.start(spec(List.of("/no/such/program"), LocalProcess.Restart.ALWAYS));
        await().until(() -> process.state().startsWith("can't start"));
    }

    private LocalProcess run(String script, LocalProcess.Restart restart) {
        return LocalProcess.start(spec(List.of("/bin/sh", "-c", script), restart));
    }

    private LocalProcess.Spec spec(List<String> command, LocalProcess.Restart restart) {
        return new LocalProcess.Spec(
                "web", command, Map.of("GREETING", "hello"), null, dir.resolve("log"), restart, Duration.ofSeconds(2));
    }

    private String log() throws IOException {
        Path log = dir.resolve("log");
        return Files.exists(log) ? Files.readString(log) : "";
    }
}
