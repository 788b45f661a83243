package dev.lateen.install;

import dev.lateen.install.failure.CommandFailure;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code meshctl wait}, as Istio's agent has it: the postStart hook that holds the application until its proxy is ready. */
@Command(name = "wait", description = "Wait until the proxy of this pod is ready.", mixinStandardHelpOptions = true)
final class WaitCommand implements Callable<Integer> {
    @Option(
            names = "--timeoutSeconds",
            defaultValue = "60",
            paramLabel = "N",
            description = "In all (default: ${DEFAULT-VALUE}).")
    private int timeoutSeconds;

    @Option(
            names = "--requestTimeoutMillis",
            defaultValue = "500",
            paramLabel = "N",
            description = "For one answer (default: ${DEFAULT-VALUE}).")
    private int requestTimeoutMillis;

    @Option(
            names = "--periodMillis",
            defaultValue = "500",
            paramLabel = "N",
            description = "Between two questions (default: ${DEFAULT-VALUE}).")
    private int periodMillis;

    @Option(
            names = "--url",
            defaultValue = "http://localhost:15021/healthz/ready",
            paramLabel = "URL",
            description = "What is asked (default: ${DEFAULT-VALUE}).")
    private String url = "";

    @Override
    public Integer call() throws InterruptedException {
        if (timeoutSeconds < 0 || requestTimeoutMillis < 1 || periodMillis < 1) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT,
                    "--timeoutSeconds, --requestTimeoutMillis, --periodMillis: (expected: positive)");
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
        try (HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofMillis(requestTimeoutMillis))
                .build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                    .timeout(Duration.ofMillis(requestTimeoutMillis))
                    .build();
            String last = ask(client, request);
            while (!last.isEmpty()) {
                if (System.nanoTime() >= end) {
                    throw new CommandFailure(
                            CommandFailure.FAILED,
                            "the proxy was not ready within " + timeoutSeconds + " s; its last answer: " + last);
                }
                TimeUnit.MILLISECONDS.sleep(periodMillis);
                last = ask(client, request);
            }
            return 0;
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, "--url: " + url + ": " + e.getMessage());
        }
    }

    /** Why it is not ready; empty if it is. */
    private static String ask(HttpClient client, HttpRequest request) throws InterruptedException {
        try {
            int status =
                    client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            return status == 200 ? "" : "status " + status;
        } catch (IOException e) {
            return reason(e);
        }
    }

    /** The JDK's exceptions of refused connections have no message. */
    static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
