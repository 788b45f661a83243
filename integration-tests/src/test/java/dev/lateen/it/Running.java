package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** A process under test: what it printed so far, and ways to end it. Always ended by {@link #close}. */
final class Running implements AutoCloseable {
    private final String name;
    private final Process process;
    private final List<String> lines = new ArrayList<>();
    private final Thread reading;

    private Running(String name, Process process) {
        this.name = name;
        this.process = process;
        reading = Thread.ofVirtual().start(this::read);
    }

    /** Starts a command; standard error goes with standard output. */
    static Running start(String name, List<String> command, Map<String, String> environment) throws IOException {
        return start(name, command, environment, Path.of("").toAbsolutePath());
    }

    /** The same in a directory. */
    static Running start(String name, List<String> command, Map<String, String> environment, Path directory)
            throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).directory(directory.toFile());
        builder.environment().putAll(environment);
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        return new Running(name, builder.start());
    }

    /** Starts the project's own launcher. */
    static Running meshctl(Object... arguments) throws IOException {
        return meshctl(Map.of(), arguments);
    }

    /** The same with variables of its environment, such as {@code MESHCTL_JAVA_OPTS}. */
    static Running meshctl(Map<String, String> environment, Object... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Project.root().resolve("meshctl").toString());
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return start("meshctl", command, environment);
    }

    private void read() {
        try (BufferedReader reader = process.inputReader()) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                synchronized (lines) {
                    lines.add(line);
                }
            }
        } catch (IOException ended) {
            return;
        }
    }

    /** All it printed. */
    String output() {
        synchronized (lines) {
            return String.join("\n", lines);
        }
    }

    /** Waits for a line; fails with all output when the process ends or the time is over. */
    void awaitOutput(Duration atMost, Predicate<String> output) {
        Awaitility.await(name)
                .atMost(atMost)
                .pollInterval(Duration.ofMillis(50))
                .failFast(() -> {
                    if (!process.isAlive() && !output.test(lastOutput())) {
                        throw new AssertionError(name + " ended with " + process.exitValue() + ":\n" + output());
                    }
                })
                .untilAsserted(() -> assertThat(output()).as(name).matches(output));
    }

    /** All that a process that has ended printed: what is still in its pipe is read first. */
    private String lastOutput() throws InterruptedException {
        reading.join(Duration.ofSeconds(5));
        return output();
    }

    /** Waits for its end by itself, and for the last of what it printed. @return the exit code */
    int awaitExit(Duration atMost) throws InterruptedException {
        assertThat(process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS))
                .as("%s ended:%n%s", name, output())
                .isTrue();
        reading.join(atMost);
        return process.exitValue();
    }

    long pid() {
        return process.pid();
    }

    boolean alive() {
        return process.isAlive();
    }

    /** {@code SIGTERM}; what it prints on its way is still read. */
    void terminate() {
        process.toHandle().destroy();
    }

    /** {@code SIGKILL}, for the process and whatever it started. */
    void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    @Override
    public void close() {
        terminate();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        }
    }
}
