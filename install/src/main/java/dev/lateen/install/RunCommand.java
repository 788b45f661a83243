package dev.lateen.install;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "run",
        description =
                "Bring a whole mesh up on this machine from Kubernetes and Istio YAML: istiod, a sidecar a pod, both"
                        + " gateways, the applications.",
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "PATH",
            arity = "1..*",
            description = "Files and directories; what is edited, added or removed there takes effect at once.")
    private List<Path> paths = new ArrayList<>();

    @Mixin
    private RunOptions options = new RunOptions();

    @Override
    public Integer call() throws InterruptedException {
        var terminal = new Terminal(spec.commandLine().getOut(), Terminal.isInteractive());
        return new MeshProcess(options.bootstrap(paths), options.isStateTemporary(), terminal).run(() -> {});
    }
}
