package dev.lateen.install.run;

import dev.lateen.api.yaml.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads files as a mesh would and tells what is wrong with them. */
public final class ConfigCheck {
    private ConfigCheck() {}

    /** Everything found: lines for a terminal. */
    public record Findings(List<String> errors, List<String> warnings) {}

    /** Reads files and directories. */
    public static Findings of(List<Path> paths) {
        Manifests manifests = new ManifestReader().read(paths);
        List<String> errors = new ArrayList<>(manifests.refusals());
        errors.addAll(DesiredMesh.duplicates(manifests));
        List<String> warnings = manifests.problems().stream()
                .filter(problem -> !problem.isError())
                .map(Problem::toString)
                .toList();
        return new Findings(List.copyOf(errors), warnings);
    }
}
