package dev.lateen.install;

import dev.lateen.api.Release;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "version",
        description = "Print the version, and whose contracts it keeps.",
        mixinStandardHelpOptions = true)
final class VersionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine()
                .getOut()
                .printf(
                        "meshctl %s (Istio %s, Java %s)%n",
                        Release.VERSION,
                        Release.ISTIO_VERSION,
                        Runtime.version().feature());
        return 0;
    }
}
