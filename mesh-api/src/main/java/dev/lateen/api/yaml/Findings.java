package dev.lateen.api.yaml;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.schema.Report;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Collects the problems of one document while a cursor moves over its tree. */
final class Findings implements Report {
    private final Origin origin;
    private final JsonNode root;
    private final Lines lines;
    private final int limit;
    private final List<Problem> problems = new ArrayList<>();
    private final List<JsonNode> containers = new ArrayList<>();
    private final List<Object> steps = new ArrayList<>();
    private @Nullable ResourceKey resource;
    private int errors;
    private int suppressed;

    Findings(Origin origin, JsonNode root, Lines lines, int limit) {
        this.origin = origin;
        this.root = root;
        this.lines = lines;
        this.limit = limit;
    }

    /** Names the resource that problems from here on belong to. */
    void resource(@Nullable ResourceKey key) {
        resource = key;
    }

    /** Moves the cursor down into a field. */
    void enter(JsonNode container, String field) {
        containers.add(container);
        steps.add(field);
    }

    /** Moves the cursor down into a member of a list. */
    void enter(JsonNode container, int index) {
        containers.add(container);
        steps.add(index);
    }

    /** Moves the cursor up again. */
    void leave() {
        containers.removeLast();
        steps.removeLast();
    }

    /** How many errors there are so far. */
    int errors() {
        return errors;
    }

    @Override
    public void refuse(String path, String found, String accepted) {
        errors++;
        add(Problem.Severity.ERROR, path, found, accepted);
    }

    @Override
    public void warn(String path, String found, String accepted) {
        add(Problem.Severity.WARNING, path, found, accepted);
    }

    private void add(Problem.Severity severity, String path, String found, String accepted) {
        if (problems.size() >= limit) {
            suppressed++;
            return;
        }
        String full = Steps.text(steps);
        boolean joined = full.isEmpty() || path.isEmpty() || path.startsWith("[");
        problems.add(new Problem(
                severity,
                origin,
                line(path),
                resource,
                joined ? full + path : full + "." + path,
                Found.clipped(found),
                accepted));
    }

    private int line(String path) {
        JsonNode container = containers.isEmpty() ? null : containers.getLast();
        if (container == null) {
            int found = Steps.line(root, path, lines);
            return found > 0 ? found : origin.line();
        }
        Object step = steps.getLast();
        int here = step instanceof String field ? lines.of(container, field) : lines.of(container, (Integer) step);
        JsonNode value = step instanceof String field ? container.path(field) : container.path((Integer) step);
        int below = Steps.line(value, path, lines);
        return below > 0 ? below : here;
    }

    /** All problems so far, with a last one that counts those left out. */
    List<Problem> problems() {
        if (suppressed > 0) {
            List<Problem> all = new ArrayList<>(problems);
            all.add(new Problem(Problem.Severity.ERROR, origin, 0, resource, "", suppressed + " more problems", ""));
            return all;
        }
        return problems;
    }
}
