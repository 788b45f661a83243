package dev.lateen.install;

import dev.lateen.api.schema.GoDuration;
import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.failure.IoReason;
import dev.lateen.istiod.ca.TokenIssuer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "token",
        description = "Mint a token with which a workload on this machine gets its certificate from istiod.",
        mixinStandardHelpOptions = true)
final class TokenCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "SERVICE_ACCOUNT", description = "The workload's service account.")
    private String serviceAccount = "";

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NS",
            defaultValue = "default",
            description = "Its namespace (default: ${DEFAULT-VALUE}).")
    private String namespace = "";

    @Option(
            names = "--state",
            required = true,
            paramLabel = "DIR",
            description = "The state directory of the istiod that is to accept it.")
    private Path state = Path.of("");

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "12h",
            description = "How long it is good (default: ${DEFAULT-VALUE}).")
    private String duration = "";

    @Override
    public Integer call() {
        Duration ttl = GoDuration.parse(duration)
                .filter(Duration::isPositive)
                .orElseThrow(() -> new CommandFailure(
                        CommandFailure.BAD_INPUT, "--duration: " + duration + " (expected: a time such as 12h)"));
        try {
            TokenIssuer issuer = TokenIssuer.openOrCreate(state.resolve("token-key.jwk"), InstantSource.system());
            spec.commandLine().getOut().println(issuer.mint(namespace, serviceAccount, ttl));
            return 0;
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new CommandFailure(CommandFailure.FAILED, "--state: " + state + ": " + IoReason.of(e));
        }
    }
}
