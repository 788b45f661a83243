package dev.lateen.install.tools;

import dev.lateen.istiod.model.NamedMarks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** What a pod asks of its injection by annotations and labels and does not get. Pure. */
final class InjectionRemarks {
    private InjectionRemarks() {}

    /** Sentences for a terminal; of a pod's metadata before it is injected. */
    static List<String> of(JsonNode metadata) {
        List<String> remarks = new ArrayList<>();
        sorted(metadata.path("annotations")).forEach((name, value) -> look("annotation ", name, value, remarks));
        sorted(metadata.path("labels")).forEach((name, value) -> look("label ", name, value, remarks));
        return remarks;
    }

    private static void look(String what, String name, String value, List<String> remarks) {
        String said = NamedMarks.isOfInjection(name) ? null : NamedMarks.of(name, value);
        if (said != null) {
            remarks.add(what + name + ": " + said);
        }
    }

    private static Map<String, String> sorted(JsonNode marks) {
        Map<String, String> sorted = new TreeMap<>();
        marks.properties()
                .forEach(mark -> sorted.put(mark.getKey(), mark.getValue().asString("")));
        return sorted;
    }
}
