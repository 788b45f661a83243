package dev.lateen.install.cluster;

import dev.lateen.api.schema.GoDuration;
import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.manifest.InstallManifest;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code meshctl install}: brings a cluster to what the values say; so does {@code upgrade}. */
@Command(
        name = "install",
        description = "Install or upgrade the mesh in a Kubernetes cluster, and wait until it serves.",
        mixinStandardHelpOptions = true)
public final class InstallCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ApiServerOptions cluster = new ApiServerOptions();

    @Mixin
    private ValuesOptions values = new ValuesOptions();

    @Option(names = "--dry-run", description = "Say what would be done, and do nothing.")
    private boolean dryRun;

    @SuppressWarnings("UnusedVariable") // What is typed for istioctl must not be refused here.
    @Option(
            names = {"-y", "--skip-confirmation"},
            description = "Taken for istioctl's sake: nothing is asked.")
    private boolean confirmed;

    @Option(names = "--force", description = "Install although the check before it finds something in the way.")
    private boolean force;

    @Option(
            names = "--readiness-timeout",
            paramLabel = "TIME",
            defaultValue = "5m0s",
            description = "How long something may take to be ready; 0s not to wait (default: ${DEFAULT-VALUE}).")
    private String patience = "";

    @Override
    public Integer call() throws InterruptedException {
        InstallManifest manifest = values.manifest("");
        Duration limit = GoDuration.parse(patience)
                .filter(time -> !time.isNegative())
                .orElseThrow(() -> new CommandFailure(
                        CommandFailure.BAD_INPUT, "--readiness-timeout: " + patience + " (expected: such as 5m0s)"));
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        manifest.withoutEffect().forEach(path -> err.println("warning: " + path + ": has no effect here"));
        try (KubernetesClient client = cluster.connect()) {
            check(client, manifest, err);
            ClusterInstall install = new ClusterInstall(client, out::println, limit);
            if (dryRun) {
                install.plan(manifest).forEach(out::println);
                return 0;
            }
            install.run(manifest, limit.isPositive());
        }
        out.println("installed: revision " + manifest.revision() + " in " + manifest.namespace()
                + "; label a namespace and its new pods join the mesh: kubectl label namespace NAME "
                + (manifest.revision().equals("default")
                        ? "istio-injection=enabled"
                        : "istio.io/rev=" + manifest.revision()));
        return 0;
    }

    private void check(KubernetesClient client, InstallManifest manifest, PrintWriter err) {
        Precheck check = new Precheck(client);
        if (force) {
            check.problems(manifest).forEach(problem -> err.println("warning: " + problem));
        } else {
            check.demand(manifest);
        }
    }
}
