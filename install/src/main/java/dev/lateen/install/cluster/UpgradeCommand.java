package dev.lateen.install.cluster;

import dev.lateen.api.Release;
import dev.lateen.install.manifest.InstallManifest;
import dev.lateen.install.manifest.Ownership;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code meshctl upgrade}: {@code install} over a revision that is there, and not older than what is there. */
@Command(
        name = "upgrade",
        description = "Upgrade an installed revision in its place, and wait until it serves.",
        mixinStandardHelpOptions = true)
public final class UpgradeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private InstallOptions options = new InstallOptions();

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        InstallManifest manifest = options.run(out, spec.commandLine().getErr(), (client, wanted) -> {
            String before = installed(client, wanted);
            if (before == null) {
                return List.of("there is no revision " + wanted.revision() + " in " + wanted.namespace()
                        + " to upgrade (expected: " + expected(client) + ")");
            }
            if (Versions.compare(Release.VERSION, before) < 0) {
                return List.of("revision " + wanted.revision() + " is of version " + before + ", newer than "
                        + Release.VERSION + " (expected: a meshctl of at least that version, or --force to go back)");
            }
            out.println("upgrading: revision " + wanted.revision() + " in " + wanted.namespace() + " from " + before
                    + " to " + Release.VERSION);
            return List.of();
        });
        if (!options.isDryRun()) {
            out.println("upgraded: revision " + manifest.revision() + " in " + manifest.namespace()
                    + "; sidecars and gateways follow when their pods are made anew: kubectl rollout restart"
                    + " deployment -n NAMESPACE");
        }
        return 0;
    }

    /** The version of a revision's control plane; null if there is none. */
    private static @Nullable String installed(KubernetesClient client, InstallManifest wanted) {
        return planes(client).stream()
                .filter(plane -> plane.getMetadata().getNamespace().equals(wanted.namespace()))
                .map(plane -> plane.getMetadata().getLabels())
                .filter(labels -> wanted.revision().equals(labels.get(Ownership.REVISION)))
                .map(UpgradeCommand::version)
                .findFirst()
                .orElse(null);
    }

    private static String version(Map<String, String> labels) {
        return labels.getOrDefault("app.kubernetes.io/version", "0");
    }

    private static String expected(KubernetesClient client) {
        TreeSet<String> there = new TreeSet<>();
        planes(client)
                .forEach(plane -> there.add("--revision "
                        + plane.getMetadata().getLabels().get(Ownership.REVISION) + " --istioNamespace "
                        + plane.getMetadata().getNamespace()));
        return there.isEmpty() ? "meshctl install" : String.join(", or ", there);
    }

    private static List<Deployment> planes(KubernetesClient client) {
        return new ApiObjects(client)
                .labelled(Deployment.class, Ownership.MANAGED_BY, Ownership.LATEEN).stream()
                        .filter(plane ->
                                "istiod".equals(plane.getMetadata().getLabels().get("app")))
                        .toList();
    }
}
