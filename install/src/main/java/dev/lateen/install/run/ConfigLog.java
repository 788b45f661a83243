package dev.lateen.install.run;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.xds.TypeUrls;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.IstiodEvents;
import dev.lateen.istiod.input.ConfigChange;
import dev.lateen.istiod.input.ConfigChange.ResourceChange;
import dev.lateen.istiod.input.ObjectFate;
import dev.lateen.istiod.input.ObjectKey;
import dev.lateen.istiod.model.ProxyNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The log of config changes on the terminal: what changed, how many proxies it touched and how long it took to be in force everywhere; and
 * at once and once, where it is not in force and why.
 */
final class ConfigLog implements IstiodEvents {
    private static final int SHOWN = 4;
    private static final ObjectKey MESH_CONFIG = ObjectKey.of("", ResourceKey.MESH_CONFIG);
    private static final Set<String> WORKLOADS =
            Set.of("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod");

    private final MeshLog log;
    /** The last change of each object that is not in force everywhere yet. */
    private final Map<ObjectKey, ResourceChange> pending = new LinkedHashMap<>();
    /** What is not in force, by proxy and type, as it was told. */
    private final Map<String, String> told = new ConcurrentHashMap<>();

    ConfigLog(MeshLog log) {
        this.log = log;
    }

    @Override
    public void changed(ConfigChange change) {
        // Of pods that this mesh runs by itself nobody wants to read.
        List<ResourceChange> users = new ArrayList<>(change.resources().stream()
                .filter(resource -> resource.origin() instanceof Origin.InFile)
                .toList());
        if (change.meshConfig()) {
            users.add(new ResourceChange(ConfigChange.Kind.CHANGED, meshConfig(change.version())));
        }
        synchronized (pending) {
            for (ResourceChange one : users) {
                // What changes again is told in the order of its last change.
                pending.remove(one.fate().key());
                pending.put(one.fate().key(), one);
            }
        }
    }

    private static ObjectFate meshConfig(long version) {
        Origin origin = new Origin.InFile("mesh config", 1, 0);
        return new ObjectFate(MESH_CONFIG, origin, ObjectFate.Verdict.ACCEPTED, version, List.of());
    }

    @Override
    public void inForce(long version, Set<String> touched, Set<String> absent, Duration took) {
        List<ResourceChange> changes = takeIn(version);
        if (changes.isEmpty()) {
            return;
        }
        // What a workload's own change does is told by the pods that come and go.
        boolean elsewhere = touched.isEmpty()
                && changes.stream()
                        .allMatch(change -> WORKLOADS.contains(change.resource().kind()));
        String missing = absent.isEmpty() ? "" : "; not on " + names(absent) + ", which lost the stream to istiod";
        log.line(describe(changes)
                + (elsewhere ? "" : ": " + touched(touched) + ", in force after " + took.toMillis() + " ms" + missing));
    }

    /** The changes that a version has, with those of versions that it overtook; they are not pending any more. */
    private List<ResourceChange> takeIn(long version) {
        synchronized (pending) {
            List<ResourceChange> done = pending.values().stream()
                    .filter(change -> change.fate().isIn(version))
                    .toList();
            pending.values().removeAll(done);
            return done;
        }
    }

    @Override
    public void problems(List<Problem> problems) {
        problems.forEach(problem -> log.line(problem.isError() ? "not taken: " + problem : problem.toString()));
    }

    @Override
    public void rejected(ProxyNode node, String typeUrl, int code, String reason) {
        notInForce(node, typeUrl, reason.replace("\n", "; ") + "; the last good one stays");
    }

    @Override
    public void silent(ProxyNode node, String typeUrl, Duration since) {
        notInForce(node, typeUrl, "no answer to " + TypeUrls.shortName(typeUrl) + " for " + since.toMillis() + " ms");
    }

    private void notInForce(ProxyNode node, String typeUrl, String why) {
        if (why.equals(told.put(key(node, typeUrl), why))) {
            return;
        }
        List<ResourceChange> changes;
        synchronized (pending) {
            changes = List.copyOf(pending.values());
        }
        String what = changes.isEmpty() ? "" : describe(changes) + ": ";
        log.line(what + "NOT in force on " + podOf(node.id()) + ": " + why);
    }

    private static String key(ProxyNode node, String typeUrl) {
        return node.id() + " " + typeUrl;
    }

    @Override
    public void acknowledged(ProxyNode node, String typeUrl) {
        told.remove(key(node, typeUrl));
    }

    @Override
    public void lost(ProxyNode node) {
        forget(node);
        log.line(podOf(node.id()) + " lost its stream to istiod: it keeps its config, no change is in force on it until"
                + " it is back");
    }

    @Override
    public void disconnected(ProxyNode node) {
        forget(node);
    }

    private void forget(ProxyNode node) {
        told.keySet().removeIf(key -> key.startsWith(node.id() + " "));
    }

    private static String describe(List<ResourceChange> changes) {
        String shown = changes.stream()
                .limit(SHOWN)
                .map(change ->
                        name(change.resource()) + " " + change.kind().name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        return changes.size() <= SHOWN ? shown : shown + " and " + (changes.size() - SHOWN) + " more";
    }

    private static String name(ResourceKey resource) {
        return resource.equals(ResourceKey.MESH_CONFIG) ? "mesh config" : resource.toString();
    }

    /** {@code touched 2 proxies (productpage-v1-x.default, reviews-v1-y.default)}. */
    private static String touched(Set<String> nodes) {
        if (nodes.isEmpty()) {
            return "touched no proxy";
        }
        return "touched " + (nodes.size() == 1 ? "one proxy" : nodes.size() + " proxies") + " (" + names(nodes) + ")";
    }

    private static String names(Set<String> nodes) {
        Set<String> names = new TreeSet<>();
        nodes.forEach(node -> names.add(podOf(node)));
        List<String> shown = new ArrayList<>(names).subList(0, Math.min(SHOWN, names.size()));
        return String.join(", ", shown) + (names.size() > SHOWN ? ", ..." : "");
    }

    private static String podOf(String nodeId) {
        int first = nodeId.indexOf('~');
        int second = nodeId.indexOf('~', first + 1);
        int third = nodeId.indexOf('~', second + 1);
        return third < 0 ? nodeId : nodeId.substring(second + 1, third);
    }
}
