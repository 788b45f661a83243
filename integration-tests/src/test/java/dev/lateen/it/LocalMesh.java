package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A running mesh beside an editable directory. */
final class LocalMesh implements AutoCloseable {
    private static final Pattern POD =
            Pattern.compile("(?m)^\\W*([a-z0-9-]+-[a-z0-9]{10}-[a-z0-9]{5})\\b.*?(127\\.1\\.\\d+\\.\\d+)");

    /** As much of a log as one looks through for the end of a story. */
    private static final int LAST_LINES = 60;

    private final Path edits;
    private final Path state;
    private final Running process;

    private LocalMesh(Path edits, Path state, Running process) {
        this.edits = edits;
        this.state = state;
        this.process = process;
    }

    /** Starts it and waits until every sidecar is in sync. @param arguments files, and options of {@code run} */
    static LocalMesh start(Path edits, Object... arguments) throws IOException {
        return start(Map.of(), edits, arguments);
    }

    /** The same, and every buffer that is lost is told ({@code LEAK}). */
    static LocalMesh watchedForLeaks(Path edits, Object... arguments) throws IOException {
        return start(Map.of("MESHCTL_JAVA_OPTS", "-Dio.netty.leakDetection.level=paranoid"), edits, arguments);
    }

    private static LocalMesh start(Map<String, String> environment, Path edits, Object... arguments)
            throws IOException {
        List<Object> all = new ArrayList<>(List.of("run", edits));
        all.addAll(List.of(arguments));
        int given = all.indexOf("--state");
        Path state = given < 0 ? edits.resolveSibling(edits.getFileName() + "-state") : (Path) all.get(given + 1);
        if (given < 0) {
            all.addAll(List.of("--state", state));
        }
        LocalMesh mesh = new LocalMesh(edits, state, Running.meshctl(environment, all.toArray()));
        try (Web web = Web.direct()) {
            mesh.process.awaitOutput(Patience.OF_A_START, output -> web.status("http://127.0.0.1:15014/ready") == 200);
        } catch (RuntimeException | Error e) {
            mesh.close();
            throw e;
        }
        return mesh;
    }

    /** Puts one of Istio's files into the directory under a name of its own, in one step. */
    void apply(String name, Path file) throws IOException {
        apply(name, Files.readString(file));
    }

    void apply(String name, String yaml) throws IOException {
        Path temporary = Files.writeString(edits.resolveSibling(name + ".tmp"), yaml);
        Files.move(temporary, edits.resolve(name), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * The same, and waits until the terminal says that it is in force everywhere.
     *
     * @param what kind and name of the resource, as the terminal writes them
     */
    void applyInForce(String name, String yaml, String what) throws IOException {
        long before = inForce(what);
        apply(name, yaml);
        Awaitility.await(what)
                .atMost(Patience.OF_A_CHANGE)
                .untilAsserted(
                        () -> assertThat(inForce(what)).as(process.output()).isGreaterThan(before));
    }

    private long inForce(String what) {
        return process.output()
                .lines()
                .filter(line -> line.contains(what) && line.contains("in force after"))
                .count();
    }

    void remove(String name) throws IOException {
        Files.deleteIfExists(edits.resolve(name));
    }

    Running process() {
        return process;
    }

    /** For what a story failed by: what the terminal said, and the ends of the logs, the access log among them. */
    String told() {
        StringBuilder told = new StringBuilder(process.output());
        // Whoever shows this may show its beginning only: what is rare comes first.
        end(state.resolve("mesh.log"), told);
        try (Stream<Path> logs = Files.list(state.resolve("logs"))) {
            logs.sorted().forEach(log -> end(log, told));
        } catch (IOException e) {
            told.append("\n--- logs: ").append(e);
        }
        return told.toString();
    }

    private static void end(Path log, StringBuilder told) {
        told.append("\n--- ").append(log.getFileName()).append('\n');
        try {
            List<String> lines = Files.readAllLines(log);
            told.append(String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size())));
        } catch (IOException e) {
            told.append(e);
        }
    }

    /** Pod addresses by pod name, as the table on the terminal tells them; it may be written some seconds after istiod is ready. */
    Map<String, String> pods() {
        process.awaitOutput(Patience.OF_A_CHANGE, output -> POD.matcher(output).find());
        Map<String, String> pods = new TreeMap<>();
        Matcher matcher = POD.matcher(process.output());
        while (matcher.find()) {
            pods.put(matcher.group(1), matcher.group(2));
        }
        return pods;
    }

    /** The address of the one pod whose name begins so. */
    String pod(String prefix) {
        return pods().entrySet().stream()
                .filter(pod -> pod.getKey().startsWith(prefix))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no pod " + prefix + " in:\n" + process.output()));
    }

    /** Waits until this is what a user sees. */
    static void awaitStatus(Web web, String url, int status) {
        Awaitility.await(url).atMost(Patience.OF_A_CHANGE).until(() -> web.status(url) == status);
    }

    @Override
    public void close() {
        process.close();
    }
}
