package dev.lateen.install.cluster;

import dev.lateen.api.schema.GoDuration;
import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.manifest.InstallManifest;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What {@code install} and {@code upgrade} are asked, and what they do: check, then apply, then wait. */
final class InstallOptions {
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

    @Option(names = "--force", description = "Go on although the check before it finds something in the way.")
    private boolean force;

    @Option(
            names = "--readiness-timeout",
            paramLabel = "TIME",
            defaultValue = "5m0s",
            description = "How long something may take to be ready; 0s not to wait (default: ${DEFAULT-VALUE}).")
    private String patience = "";

    /** What else is looked at before anything is changed. */
    interface Check {
        /** What stands in the way, each in one sentence. */
        List<String> problems(KubernetesClient client, InstallManifest manifest);
    }

    /** @return the manifest that is in force now; of which nothing was applied in a dry run */
    InstallManifest run(PrintWriter out, PrintWriter err, Check more) throws InterruptedException {
        InstallManifest manifest = values.manifest();
        try (KubernetesClient client = cluster.connect()) {
            run(client, manifest, out, err, more);
        }
        return manifest;
    }

    /** A client of the cluster that is meant, to be closed. */
    KubernetesClient connect() {
        return cluster.connect();
    }

    /** As values say, by a profile if they name none. */
    InstallManifest manifest(String profile) {
        return values.manifest(profile);
    }

    /** The same with what is there already. */
    void run(KubernetesClient client, InstallManifest manifest, PrintWriter out, PrintWriter err, Check more)
            throws InterruptedException {
        Duration limit = GoDuration.parse(patience)
                .filter(time -> !time.isNegative())
                .orElseThrow(() -> new CommandFailure(
                        CommandFailure.BAD_INPUT, "--readiness-timeout: " + patience + " (expected: such as 5m0s)"));
        manifest.withoutEffect().forEach(path -> err.println("warning: " + path + ": has no effect here"));
        List<String> problems = new Precheck(client).problems(manifest);
        if (problems.isEmpty()) {
            problems = more.problems(client, manifest);
        }
        report(problems, err);
        ClusterInstall install = new ClusterInstall(client, out::println, limit);
        if (dryRun) {
            install.plan(manifest).forEach(out::println);
        } else {
            install.run(manifest, limit.isPositive());
        }
    }

    boolean isDryRun() {
        return dryRun;
    }

    private void report(List<String> problems, PrintWriter err) {
        if (!problems.isEmpty() && !force) {
            throw new CommandFailure(
                    CommandFailure.FAILED, "nothing was changed: " + String.join("\nmeshctl: ", problems));
        }
        problems.forEach(problem -> err.println("warning: " + problem));
    }
}
