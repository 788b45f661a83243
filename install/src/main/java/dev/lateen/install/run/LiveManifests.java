package dev.lateen.install.run;

import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.config.FileTree;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The users' files while they are edited: what was last good in a file stays until the file is good again or gone; what can't be read or looked at is not gone.
 * One thread reads.
 */
final class LiveManifests {
    private final ManifestReader reader;
    private final List<Path> paths;
    private Map<Path, FileTree.Stamp> seen = Map.of();
    private Map<Path, Manifests> good = new HashMap<>();

    LiveManifests(ManifestReader reader, List<Path> paths) {
        this.reader = reader;
        this.paths = List.copyOf(paths);
    }

    /** Reads all files; the problems are those of the files as they are. A file that is gone asks for nothing any more. */
    Manifests read() {
        List<HasMetadata> resources = new ArrayList<>();
        List<Manifests.GatewayPorts> gateways = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        List<Problem> workloadProblems = new ArrayList<>();
        Map<Path, Manifests> next = new HashMap<>();
        FileTree tree = FileTree.of(paths, seen);
        for (Path file : tree.files().keySet()) {
            Optional<Manifests> now = reader.readFile(file);
            now.ifPresent(read -> {
                problems.addAll(read.problems());
                workloadProblems.addAll(read.workloadProblems());
            });
            Manifests inForce = now.filter(read -> read.refusals().isEmpty()).orElse(good.get(file));
            if (inForce != null) {
                next.put(file, inForce);
                resources.addAll(inForce.resources());
                gateways.addAll(inForce.gateways());
            }
        }
        seen = tree.files();
        good = next;
        return new Manifests(resources, gateways, problems, workloadProblems);
    }
}
