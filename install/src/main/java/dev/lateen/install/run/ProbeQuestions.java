package dev.lateen.install.run;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Probe;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the probes of Kubernetes ask: an HTTP status, an open port, a command's exit code. */
final class ProbeQuestions {
    private ProbeQuestions() {}

    /** Makes the process of an {@code exec} probe, as the container would run it. */
    @FunctionalInterface
    interface Program {
        ProcessBuilder of(List<String> command);
    }

    /** The question of a probe; null if it names none, or a port that isn't there. */
    static Probing.@Nullable Question of(Probe probe, Container container, String address, Program program) {
        Duration timeout = Duration.ofSeconds(Probing.atLeast(1, probe.getTimeoutSeconds(), 1));
        if (probe.getExec() != null && probe.getExec().getCommand() != null) {
            List<String> command = List.copyOf(probe.getExec().getCommand());
            return () -> succeeds(program.of(command), timeout);
        }
        if (probe.getHttpGet() != null) {
            HTTPGetAction get = probe.getHttpGet();
            int port = port(get.getPort(), container);
            String host = get.getHost() == null || get.getHost().isEmpty() ? address : get.getHost();
            // The certificate of a pod's own port names nobody whom a kubelet could check.
            boolean tls = "HTTPS".equals(get.getScheme());
            return tls ? () -> listens(host, port, timeout) : () -> isGood(request(get, host, port, timeout));
        }
        if (probe.getTcpSocket() != null) {
            int port = port(probe.getTcpSocket().getPort(), container);
            String host = probe.getTcpSocket().getHost() == null
                    ? address
                    : probe.getTcpSocket().getHost();
            return () -> listens(host, port, timeout);
        }
        if (probe.getGrpc() != null && probe.getGrpc().getPort() != null) {
            int port = probe.getGrpc().getPort();
            return () -> listens(address, port, timeout);
        }
        return null;
    }

    /** Whether something accepts connections there. */
    static boolean listens(String host, int port, Duration timeout) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), (int) timeout.toMillis());
            return true;
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }

    private static int port(@Nullable IntOrString given, Container container) {
        if (given == null) {
            return 0;
        }
        if (given.getIntVal() != null) {
            return given.getIntVal();
        }
        return container.getPorts().stream()
                .filter(port -> port.getName() != null && port.getName().equals(given.getStrVal()))
                .findFirst()
                .map(port -> port.getContainerPort())
                .orElse(0);
    }

    private static @Nullable HttpRequest request(HTTPGetAction get, String host, int port, Duration timeout) {
        String path = get.getPath() == null ? "/" : get.getPath();
        try {
            URI uri = URI.create("http://" + host + ":" + port + (path.startsWith("/") ? path : "/" + path));
            HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(timeout);
            if (get.getHttpHeaders() != null) {
                get.getHttpHeaders().stream()
                        .filter(header -> !"host".equalsIgnoreCase(header.getName()))
                        .forEach(header -> request.header(header.getName(), header.getValue()));
            }
            return request.build();
        } catch (IllegalArgumentException notAnAddress) {
            return null;
        }
    }

    private static boolean isGood(@Nullable HttpRequest request) throws InterruptedException {
        if (request == null) {
            return false;
        }
        try {
            int status = Client.HTTP
                    .send(request, HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            return status >= 200 && status < 400;
        } catch (IOException e) {
            return false;
        }
    }

    /** Made when the first HTTP probe asks. */
    private static final class Client {
        static final HttpClient HTTP = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(1))
                .build();
    }

    private static boolean succeeds(ProcessBuilder builder, Duration timeout) throws InterruptedException {
        Process process;
        try {
            process = builder.redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            return false;
        }
        try {
            return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS) && process.exitValue() == 0;
        } finally {
            process.destroyForcibly();
        }
    }
}
