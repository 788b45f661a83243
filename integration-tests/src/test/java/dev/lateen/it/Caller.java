package dev.lateen.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** Somebody who calls pods with commands of this machine, from inside of a pod or from outside. */
record Caller(String name, UnaryOperator<List<String>> entering) {
    /** The answer's status; 0 if the connection ended without one. */
    int http(String address, int port, String method, String path, String host)
            throws IOException, InterruptedException {
        String output = run(
                "curl",
                "-s",
                "-o",
                "/dev/null",
                "-w",
                "%{http_code}",
                "--max-time",
                "10",
                "-X",
                method,
                "-H",
                "Host: " + host,
                "http://" + address + ":" + port + path);
        return Integer.parseInt(output.strip());
    }

    /** Whether bytes that are no HTTP come back. The first is no letter, so that nobody waits for more before judging the protocol. */
    boolean bytes(String address, int port) throws IOException, InterruptedException {
        String script = "exec 3<>/dev/tcp/%s/%d && printf '\\001hello\\n' >&3 && head -n1 <&3".formatted(address, port);
        return run("timeout", "10", "bash", "-c", script).contains("hello");
    }

    private String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(entering.apply(List.of(command)))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return output;
    }
}
