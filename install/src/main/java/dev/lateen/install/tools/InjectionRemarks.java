package dev.lateen.install.tools;

import dev.lateen.istiod.model.NamedMarks;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a pod asks of its injection by annotations and labels and does not get. Pure. */
final class InjectionRemarks {
    private static final String PORT = "prometheus.io/port";
    private static final String PATH = "prometheus.io/path";
    /** What the injector writes: the proxy's own metrics. */
    private static final Map<String, String> OURS = Map.of(PORT, "15090", PATH, "/stats/prometheus");

    private InjectionRemarks() {}

    /** Sentences for a terminal; of a pod's metadata before it is injected, null for none. */
    static List<String> of(@Nullable ObjectMeta metadata) {
        List<String> remarks = new ArrayList<>();
        if (metadata == null) {
            return remarks;
        }
        Map<String, String> annotations = sorted(metadata.getAnnotations());
        annotations.forEach((name, value) -> look("annotation ", name, value, remarks));
        sorted(metadata.getLabels()).forEach((name, value) -> look("label ", name, value, remarks));
        OURS.forEach((name, ours) -> {
            String theirs = annotations.get(name);
            if (theirs != null && !theirs.equals(ours)) {
                remarks.add("annotation " + name + ": " + theirs + " gives way to " + ours
                        + ": metrics of applications are not merged with the proxy's yet");
            }
        });
        return remarks;
    }

    private static void look(String what, String name, String value, List<String> remarks) {
        String said = NamedMarks.of(name, value);
        if (said != null) {
            remarks.add(what + name + ": " + said);
        }
    }

    private static Map<String, String> sorted(@Nullable Map<String, String> marks) {
        return marks == null ? Map.of() : new TreeMap<>(marks);
    }
}
