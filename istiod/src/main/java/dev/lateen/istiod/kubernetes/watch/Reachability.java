package dev.lateen.istiod.kubernetes.watch;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.kubernetes.connection.ApiServer;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whether an API server is there, and what of it is followed. Not thread-safe; its calls wait for the API server. */
final class Reachability {
    /** Of looks. On a watch nothing may come for hours: that it is open doesn't say that anybody is there. */
    private static final int ASKED_EVERY = 5;

    private final ApiServer server;
    private Set<String> unfollowed = Set.of();
    private int untilAsked = ASKED_EVERY;
    private @Nullable String unanswered;

    Reachability(ApiServer server) {
        this.server = server;
    }

    /** What there is to say; null if all is followed. Of a watch that is begun anew between two looks nothing is said. */
    @Nullable
    Problem look(Collection<Watched<?>> watched) {
        ask();
        List<Watched<?>> now =
                watched.stream().filter(kind -> !kind.isFollowed()).toList();
        List<Watched<?>> still =
                now.stream().filter(kind -> unfollowed.contains(kind.title())).toList();
        unfollowed = now.stream().map(Watched::title).collect(Collectors.toSet());
        boolean none = !still.isEmpty() && still.size() == watched.size();
        if (none || unanswered != null) {
            return remark(
                    server.cluster(),
                    "the API server " + server.client().getMasterUrl()
                            + (none ? " is away" : " is away or hangs: " + unanswered)
                            + "; what it said last stays in force",
                    "it to be there");
        }
        return still.isEmpty()
                ? null
                : remark(
                        server.cluster(),
                        "not followed: "
                                + still.stream().map(Watched::title).sorted().collect(Collectors.joining(", "))
                                + "; what it said last stays in force",
                        "a watch of each kind");
    }

    /** Finds a server whose connections stay open and that answers nothing. */
    private void ask() {
        untilAsked--;
        if (unanswered == null && untilAsked > 0) {
            return;
        }
        untilAsked = ASKED_EVERY;
        try {
            server.client().getKubernetesVersion();
            unanswered = null;
        } catch (KubernetesClientException e) {
            unanswered = ApiServer.code(e) == 0 ? server.sentence(e) : null;
        }
    }

    static Problem remark(String cluster, String found, String accepted) {
        Origin origin = new Origin.InCluster(cluster, "", 0, "");
        return new Problem(Problem.Severity.WARNING, origin, 0, null, "", found, accepted);
    }
}
