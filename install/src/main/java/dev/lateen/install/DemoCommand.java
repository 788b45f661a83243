package dev.lateen.install;

import dev.lateen.install.cluster.ClusterDemoOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "demo",
        description =
                "Bring up a mesh with Istio's Bookinfo sample, on this machine or in a cluster, and tell what to try.",
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            defaultValue = "lateen-demo",
            description =
                    "Where the files to edit are put (default: ./${DEFAULT-VALUE}); those that are there are kept.")
    private Path directory = Path.of("lateen-demo");

    @Mixin
    private RunOptions options = new RunOptions();

    @Mixin
    private ClusterDemoOptions cluster = new ClusterDemoOptions();

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        if (cluster.wanted()) {
            return cluster.run(DemoFiles.texts(), out, spec.commandLine().getErr());
        }
        var terminal = new Terminal(out, Terminal.isInteractive());
        new DemoFiles(directory).copyMissing();
        var bootstrap = options.bootstrap(List.of(directory));
        var tour = new DemoTour(
                directory,
                bootstrap.gatewayPort().orElse(8080),
                bootstrap.podNetwork(),
                bootstrap.addresses().monitoring());
        return new MeshProcess(bootstrap, options.isStateTemporary(), terminal)
                .run(() -> tour.lines().forEach(terminal::line));
    }
}
