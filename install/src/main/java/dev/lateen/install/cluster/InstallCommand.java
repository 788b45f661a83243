package dev.lateen.install.cluster;

import dev.lateen.install.manifest.InstallManifest;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code meshctl install}: brings a cluster to what the values say. */
@Command(
        name = "install",
        description = "Install or upgrade the mesh in a Kubernetes cluster, and wait until it serves.",
        mixinStandardHelpOptions = true)
public final class InstallCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private InstallOptions options = new InstallOptions();

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        InstallManifest manifest = options.run(out, spec.commandLine().getErr(), (_, _) -> List.of());
        if (!options.isDryRun()) {
            out.println("installed: revision " + manifest.revision() + " in " + manifest.namespace()
                    + "; label a namespace and its new pods join the mesh: kubectl label namespace NAME "
                    + (manifest.revision().equals("default")
                            ? "istio-injection=enabled"
                            : "istio.io/rev=" + manifest.revision()));
        }
        return 0;
    }
}
