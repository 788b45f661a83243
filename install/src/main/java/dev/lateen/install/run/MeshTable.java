package dev.lateen.install.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The table of a running mesh: component, address, state. Pure. */
final class MeshTable {
    private static final int SHOWN = 2;

    private MeshTable() {}

    /** One line of it. */
    record Row(String component, String address, String state) {}

    static Row row(PodRuntime pod, Set<String> inSync, String gatewayAddress) {
        String containers = containers(pod);
        String sync = switch (pod.desired().proxy()) {
            case NONE -> "no sidecar";
            case SIDECAR, GATEWAY -> inSync.contains(pod.nodeId()) ? "in sync" : waiting(pod.holdUps());
        };
        String address =
                pod.desired().onHost() ? gatewayAddress : pod.addresses().pod();
        return new Row(name(pod), address, containers.isEmpty() ? sync : sync + "; " + containers);
    }

    /** As much of the reasons as a line can bear. */
    private static String waiting(List<String> holdUps) {
        String shown = holdUps.stream()
                .limit(SHOWN)
                .map(reason -> reason.replace('\n', ' '))
                .collect(Collectors.joining("; "));
        String more = holdUps.size() > SHOWN ? "; and " + (holdUps.size() - SHOWN) + " more" : "";
        return "waits for config" + (shown.isEmpty() ? "" : ": " + shown + more);
    }

    /** How a pod's containers are. */
    static String containers(PodRuntime pod) {
        return pod.containers().stream()
                .map(container -> container.state()
                        + (container.health() == RunningContainer.Health.STARTING ? " (not ready yet)" : ""))
                .collect(Collectors.joining(", "));
    }

    /** As istioctl writes it. */
    private static String name(PodRuntime pod) {
        return pod.desired().plan().name() + "." + pod.desired().plan().namespace();
    }

    static List<String> lines(List<Row> rows) {
        List<Row> all = new ArrayList<>();
        all.add(new Row("COMPONENT", "ADDRESS", "STATE"));
        all.addAll(rows);
        int component =
                all.stream().mapToInt(row -> row.component().length()).max().orElse(0);
        int address = all.stream().mapToInt(row -> row.address().length()).max().orElse(0);
        String format = "%-" + component + "s   %-" + address + "s   %s";
        return all.stream()
                .map(row -> String.format(format, row.component(), row.address(), row.state()))
                .toList();
    }
}
