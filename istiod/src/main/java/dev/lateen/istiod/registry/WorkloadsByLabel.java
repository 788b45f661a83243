package dev.lateen.istiod.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds the workloads that a selector means without a look at all of them, for every service asks. */
final class WorkloadsByLabel {
    private record Label(String namespace, String key, String value) {}

    private final Map<Label, List<WorkloadInstance>> byLabel = new HashMap<>();

    WorkloadsByLabel(Collection<WorkloadInstance> workloads) {
        for (WorkloadInstance workload : workloads) {
            workload.labels()
                    .forEach((key, value) -> byLabel.computeIfAbsent(
                                    new Label(workload.namespace(), key, value), l -> new ArrayList<>())
                            .add(workload));
        }
    }

    /** Those of a namespace that have all labels of a selector, in the order they were given; an empty selector means none. */
    List<WorkloadInstance> selected(String namespace, Map<String, String> selector) {
        List<WorkloadInstance> fewest = null;
        for (Map.Entry<String, String> entry : selector.entrySet()) {
            List<WorkloadInstance> some =
                    byLabel.getOrDefault(new Label(namespace, entry.getKey(), entry.getValue()), List.of());
            if (fewest == null || some.size() < fewest.size()) {
                fewest = some;
            }
        }
        return fewest == null
                ? List.of()
                : fewest.stream()
                        .filter(w -> w.labels().entrySet().containsAll(selector.entrySet()))
                        .toList();
    }
}
