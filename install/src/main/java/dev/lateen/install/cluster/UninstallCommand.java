package dev.lateen.install.cluster;

import dev.lateen.install.failure.CommandFailure;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code meshctl uninstall}: takes one revision, or everything, out of a cluster. */
@Command(
        name = "uninstall",
        description = "Take the mesh out of a Kubernetes cluster.",
        mixinStandardHelpOptions = true)
public final class UninstallCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @Spec
    private CommandSpec spec;

    @Mixin
    private ApiServerOptions cluster = new ApiServerOptions();

    @Option(
            names = {"-r", "--revision"},
            paramLabel = "REV",
            description = "The revision to take out; resources of users stay.")
    private @Nullable String revision;

    @Option(
            names = "--purge",
            description = "All revisions, with the definitions of Istio's resources and so all resources of users.")
    private boolean purge;

    @Option(
            names = {"-y", "--skip-confirmation"},
            description = "Don't only say what would be removed: remove it.")
    private boolean confirmed;

    @Override
    public Integer call() throws InterruptedException {
        if (purge == (revision != null)) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT, "uninstall: what? (expected: either --revision REV or --purge)");
        }
        PrintWriter out = spec.commandLine().getOut();
        try (KubernetesClient client = cluster.connect()) {
            ClusterUninstall uninstall = new ClusterUninstall(client, out::println, PATIENCE);
            List<HasMetadata> doomed = revision == null ? uninstall.everything() : uninstall.ofRevision(revision);
            RevisionTags tags = new RevisionTags(client);
            if (revision != null) {
                warn(tags, revision);
            }
            if (!confirmed) {
                doomed.forEach(object -> out.println("would be removed: " + ClusterUninstall.name(object)));
                out.println("nothing was removed: --skip-confirmation (-y) does it");
                return 0;
            }
            uninstall.remove(doomed);
            if (revision != null) {
                tags.restoreDefault();
            }
            out.println(doomed.isEmpty() ? "nothing to remove" : "removed " + doomed.size() + " objects");
        }
        return 0;
    }

    /** With a revision go the tags that stand for it; whoever lives by either has no sidecars from then on. */
    private void warn(RevisionTags tags, String gone) {
        List<String> names = new ArrayList<>(tags.tagsOf(gone));
        if (!names.contains(gone)) {
            names.add(gone);
        }
        for (String name : names) {
            List<String> namespaces = tags.namespaces(name);
            if (!namespaces.isEmpty()) {
                spec.commandLine()
                        .getErr()
                        .println("warning: new pods of namespaces that are labelled for " + name
                                + " will get no sidecars: " + String.join(", ", namespaces));
            }
        }
    }
}
