package dev.lateen.install.run;

import dev.lateen.api.yaml.Problem;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads files as a mesh would and tells what is wrong with them. */
public final class ConfigCheck {
    private ConfigCheck() {}

    /** Everything found: lines for a terminal. */
    public record Findings(List<String> errors, List<String> warnings) {}

    /**
     * Reads files and directories.
     *
     * @param meshConfig a file with mesh config; null for Istio's defaults
     */
    public static Findings of(List<Path> paths, @Nullable Path meshConfig) {
        Manifests manifests = ManifestReader.forAnyCluster().read(paths);
        Set<Problem> problems = new LinkedHashSet<>(manifests.problems());
        problems.addAll(LiveRoles.problems(paths, meshConfig));
        return new Findings(
                problems.stream()
                        .filter(Problem::isError)
                        .map(Problem::toString)
                        .toList(),
                problems.stream()
                        .filter(problem -> !problem.isError())
                        .map(Problem::toString)
                        .toList());
    }
}
