package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A running Bookinfo mesh: Istio's own files, unchanged, beside an editable directory. */
final class Bookinfo implements AutoCloseable {
    static final String REVIEWS = "http://127.0.0.1:8080/api/v1/products/0/reviews";

    private static final Pattern POD =
            Pattern.compile("(?m)^\\W*([a-z0-9-]+-v\\d-[a-z0-9]+-[a-z0-9]+)\\b.*?(127\\.1\\.\\d+\\.\\d+)");

    private final Path edits;
    private final Running mesh;

    private Bookinfo(Path edits, Running mesh) {
        this.edits = edits;
        this.mesh = mesh;
    }

    /** Starts it and waits until every sidecar is in sync. */
    static Bookinfo start(Path edits, String... more) throws IOException {
        List<Object> arguments = new ArrayList<>(List.of(
                "run",
                Project.bookinfo("platform/kube/bookinfo.yaml"),
                Project.bookinfo("networking/bookinfo-gateway.yaml"),
                Project.bookinfo("networking/destination-rule-all.yaml"),
                edits));
        arguments.addAll(List.of(more));
        Bookinfo bookinfo = new Bookinfo(edits, Running.meshctl(arguments.toArray()));
        bookinfo.awaitReady();
        return bookinfo;
    }

    private void awaitReady() {
        try (Web web = Web.direct()) {
            mesh.awaitOutput(
                    Duration.ofSeconds(60),
                    output -> web.status("http://127.0.0.1:15014/ready") == 200
                            && web.status("http://127.0.0.1:8080/productpage") == 200);
        }
    }

    /** Puts one of Istio's files into the directory under a name of its own, in one step. */
    void apply(String name, Path file) throws IOException {
        apply(name, Files.readString(file));
    }

    void apply(String name, String yaml) throws IOException {
        Path temporary = Files.writeString(edits.resolveSibling(name + ".tmp"), yaml);
        Files.move(temporary, edits.resolve(name), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    void remove(String name) throws IOException {
        Files.deleteIfExists(edits.resolve(name));
    }

    Running process() {
        return mesh;
    }

    /** Pod addresses by pod name, as the table on the terminal tells them. */
    Map<String, String> pods() {
        Map<String, String> pods = new TreeMap<>();
        Matcher matcher = POD.matcher(mesh.output());
        while (matcher.find()) {
            pods.put(matcher.group(1), matcher.group(2));
        }
        assertThat(pods).as("pods in the table:%n%s", mesh.output()).isNotEmpty();
        return pods;
    }

    /** The address of the one pod whose name begins so. */
    String pod(String prefix) {
        return pods().entrySet().stream()
                .filter(pod -> pod.getKey().startsWith(prefix))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no pod " + prefix + " in:\n" + mesh.output()));
    }

    /** Which version of reviews answered. */
    static String version(String body) {
        if (body.contains("\"red\"")) {
            return "v3";
        }
        if (body.contains("\"black\"")) {
            return "v2";
        }
        return body.contains("\"reviewer\"") ? "v1" : "none: " + body;
    }

    @Override
    public void close() {
        mesh.close();
    }
}
