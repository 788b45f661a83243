package dev.lateen.install.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
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
    void aDiskThatIsFullIsToldAndTheProcessGoesOn() {
        // What is written to this device fails as on a full disk.
        var full = new RollingFile(Path.of("/dev/full"), 1_000);
        LocalProcess process = LocalProcess.start(spec(
                List.of("/bin/sh", "-c", "echo hello; echo hello; exec sleep 600"), LocalProcess.Restart.ALWAYS, full));
        await().until(() -> process.state().endsWith("; output is lost: No space left on device"));
        assertThat(process.state()).startsWith("running, process ");
        process.stop();
    }

    @Test
    void megabytesWithoutALineEndPassThroughAFullDisk() {
        LocalProcess process = LocalProcess.start(spec(
                List.of("/bin/sh", "-c", "head -c 3000000 /dev/zero && exit 7"),
                LocalProcess.Restart.NEVER,
                new RollingFile(Path.of("/dev/full"), 1_000)));
        await().until(() -> process.state().startsWith("failed with 7 "));
        assertThat(process.state()).matches(".*, which lacks 30\\d{5} bytes\\).*");
    }

    @Test
    void anEndIsToldAndFinalWhenItMustNotRestart() {
        LocalProcess process = run("exit 3", LocalProcess.Restart.NEVER);
        await().until(() -> process.state().startsWith("failed with 3"));
    }

    @Test
    void whatEndsStartsAgain() {
        LocalProcess process = run("echo again", LocalProcess.Restart.ALWAYS);
        await().atMost(Duration.ofSeconds(30)).until(() -> log().lines().count() >= 2);
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

    @Test
    void itIsReadyWhenItsProbeSaysSoAndNotWhenItDoesNot() {
        var well = new AtomicBoolean();
        LocalProcess process = probed(new Probing.Probes(null, probing(well::get, false), null));
        await().until(() -> process.health() == RunningContainer.Health.NOT_READY);
        assertThat(process.state()).endsWith(", its probe fails");
        well.set(true);
        await().until(() -> process.health() == RunningContainer.Health.READY);
        assertThat(process.state()).startsWith("running, process ").doesNotContain("probe");
        well.set(false);
        await().until(() -> process.health() == RunningContainer.Health.NOT_READY);
        process.stop();
    }

    @Test
    void aFailedLivenessProbeStartsItAgainAndIsToldWhy() {
        var well = new AtomicBoolean(true);
        LocalProcess process = probed(new Probing.Probes(null, null, probing(well::get, false)));
        await().until(() -> process.health() == RunningContainer.Health.READY);
        String first = process.state();
        well.set(false);
        await().until(() -> process.state().startsWith("its probe fails: ended with 143, starts again in 500 ms"));
        well.set(true);
        await().until(() -> process.health() == RunningContainer.Health.READY);
        assertThat(process.state()).isNotEqualTo(first);
        process.stop();
    }

    @Test
    void otherProbesWaitForTheStartupProbe() {
        var up = new AtomicBoolean();
        LocalProcess process = probed(new Probing.Probes(
                new Probing(up::get, Duration.ZERO, Duration.ofMillis(20), 100_000, 1, true, "its probe fails"),
                probing(() -> true, false),
                probing(up::get, false)));
        await().during(Duration.ofMillis(200)).until(() -> process.health() == RunningContainer.Health.STARTING);
        up.set(true);
        await().until(() -> process.health() == RunningContainer.Health.READY);
        process.stop();
    }

    private static Probing probing(Probing.Question question, boolean once) {
        return new Probing(question, Duration.ZERO, Duration.ofMillis(20), 2, 1, once, "its probe fails");
    }

    private LocalProcess probed(Probing.Probes probes) {
        LocalProcess.Spec spec = spec(List.of("/bin/sleep", "600"), LocalProcess.Restart.ALWAYS);
        return LocalProcess.start(new LocalProcess.Spec(
                spec.name(),
                spec.command(),
                spec.environment(),
                spec.directory(),
                spec.log(),
                spec.restart(),
                spec.grace(),
                probes));
    }

    private LocalProcess run(String script, LocalProcess.Restart restart) {
        return LocalProcess.start(spec(List.of("/bin/sh", "-c", script), restart));
    }

    private LocalProcess.Spec spec(List<String> command, LocalProcess.Restart restart) {
        return spec(command, restart, new RollingFile(dir.resolve("log"), 1_000));
    }

    private static LocalProcess.Spec spec(List<String> command, LocalProcess.Restart restart, RollingFile log) {
        return new LocalProcess.Spec(
                "web",
                command,
                Map.of("GREETING", "hello"),
                null,
                log,
                restart,
                Duration.ofSeconds(2),
                Probing.Probes.NONE);
    }

    private String log() throws IOException {
        Path log = dir.resolve("log");
        return Files.exists(log) ? Files.readString(log) : "";
    }
}
