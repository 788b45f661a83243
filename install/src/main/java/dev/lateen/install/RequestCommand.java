package dev.lateen.install;

import dev.lateen.install.failure.CommandFailure;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code meshctl request}, as Istio's agent has it: what a sidecar's preStop hook runs, and istioctl. Prints the answer and nothing else. */
@Command(
        name = "request",
        description = "Make a request to a proxy in this pod, such as: meshctl request --debug-port=15020 POST drain.",
        mixinStandardHelpOptions = true)
final class RequestCommand implements Callable<Integer> {
    private static final Set<Integer> PORTS = Set.of(15000, 15004, 15020, 15021);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Option(
            names = "--debug-port",
            defaultValue = "15000",
            paramLabel = "PORT",
            description = "15000, 15004, 15020 or 15021 (default: ${DEFAULT-VALUE}).")
    private int port;

    @Parameters(index = "0", paramLabel = "METHOD", description = "Such as GET or POST.")
    private String method = "";

    @Parameters(index = "1", paramLabel = "PATH", description = "With its query.")
    private String path = "";

    @Parameters(index = "2", arity = "0..1", paramLabel = "BODY", description = "Nothing by default.")
    private String body = "";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        if (!PORTS.contains(port)) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT, "--debug-port: " + port + " (expected: 15000, 15004, 15020 or 15021)");
        }
        try (HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(PATIENCE)
                .build()) {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://localhost:" + port + (path.startsWith("/") ? path : "/" + path)))
                    .timeout(PATIENCE)
                    .method(method, HttpRequest.BodyPublishers.ofString(body))
                    .build();
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            // As Istio's: what is not there is an answer.
            if (answer.statusCode() > 399 && answer.statusCode() != 404) {
                throw new CommandFailure(
                        CommandFailure.FAILED,
                        "status " + answer.statusCode() + ": " + answer.body().strip());
            }
            PrintWriter out = spec.commandLine().getOut();
            out.println(answer.body());
            out.flush();
            return 0;
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, method + " " + path + ": " + e.getMessage());
        } catch (IOException e) {
            throw new CommandFailure(
                    CommandFailure.FAILED, "no answer from localhost:" + port + ": " + WaitCommand.reason(e));
        }
    }
}
