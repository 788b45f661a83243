package dev.lateen.install.run;

import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.IstiodEvents;
import dev.lateen.istiod.config.ConfigChange;
import dev.lateen.istiod.config.ConfigChange.ResourceChange;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;

/** The log of config changes on the terminal: what changed, how many proxies it touched and how long it took to be in force everywhere. */
final class ConfigLog implements IstiodEvents {
    private static final int SHOWN = 4;
    private static final Set<String> WORKLOADS =
            Set.of("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod");

    private final String generated;
    private final MeshLog log;
    /** Changes that are not in force everywhere yet, by the version they make. */
    private final Map<Long, List<ResourceChange>> pending = new ConcurrentSkipListMap<>();

    /** With the directory of generated files, of whose changes nobody wants to read. */
    ConfigLog(Path generated, MeshLog log) {
        this.generated = generated.toString();
        this.log = log;
    }

    @Override
    public void changed(ConfigChange change) {
        List<ResourceChange> users = change.resources().stream()
                .filter(resource -> !resource.file().startsWith(generated))
                .toList();
        if (!users.isEmpty()) {
            pending.put(change.version(), users);
        }
    }

    @Override
    public void inForce(long version, Set<String> touched, Duration took) {
        List<ResourceChange> changes = pending.remove(version);
        // A version that was overtaken by the next is never in force by itself.
        pending.keySet().removeIf(older -> older < version);
        if (changes != null) {
            // What a workload's own change does is told by the pods that come and go.
            boolean told = touched.isEmpty()
                    && changes.stream().allMatch(change -> WORKLOADS.contains(kindOf(change.resource())));
            log.line(describe(changes)
                    + (told ? "" : ": " + touched(touched) + ", in force after " + took.toMillis() + " ms"));
        }
    }

    private static String kindOf(String resource) {
        return resource.substring(0, Math.max(0, resource.indexOf(' ')));
    }

    @Override
    public void problems(List<Problem> problems) {
        problems.forEach(problem -> log.line(problem.isError() ? "not taken: " + problem : problem.toString()));
    }

    private static String describe(List<ResourceChange> changes) {
        String shown = changes.stream()
                .limit(SHOWN)
                .map(change -> change.resource() + " " + change.kind().name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        return changes.size() <= SHOWN ? shown : shown + " and " + (changes.size() - SHOWN) + " more";
    }

    /** {@code touched 2 proxies (productpage-v1-x.default, reviews-v1-y.default)}. */
    private static String touched(Set<String> nodes) {
        if (nodes.isEmpty()) {
            return "touched no proxy";
        }
        Set<String> names = new TreeSet<>();
        nodes.forEach(node -> names.add(podOf(node)));
        String shown = names.stream().limit(SHOWN).collect(Collectors.joining(", "));
        String rest = names.size() > SHOWN ? ", ..." : "";
        return "touched " + (nodes.size() == 1 ? "one proxy" : nodes.size() + " proxies") + " (" + shown + rest + ")";
    }

    private static String podOf(String nodeId) {
        int first = nodeId.indexOf('~');
        int second = nodeId.indexOf('~', first + 1);
        int third = nodeId.indexOf('~', second + 1);
        return third < 0 ? nodeId : nodeId.substring(second + 1, third);
    }
}
