package dev.lateen.install.image;

import dev.lateen.api.yaml.Documents;
import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.failure.IoReason;
import dev.lateen.install.standin.SampleImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** Which images of samples are asked for, by their names and by manifests that use them. */
final class SampleNames {
    private SampleNames() {}

    /** @throws CommandFailure for a name that is no sample's, and for a file that can't be read or uses none */
    static Set<String> of(Collection<String> given, Collection<Path> manifests) {
        Set<String> names = new TreeSet<>();
        for (String name : given) {
            if (SampleImage.of(name).isEmpty()) {
                throw new CommandFailure(
                        CommandFailure.BAD_INPUT,
                        "--stand-in: " + name + ": no sample's image (expected: one whose path ends with one of "
                                + SampleImage.known() + ")");
            }
            names.add(name);
        }
        manifests.forEach(file -> names.addAll(in(file)));
        return names;
    }

    private static Set<String> in(Path file) {
        Set<String> names = new TreeSet<>();
        try {
            Documents.read(file.toString(), Files.readString(file)).forEach(document -> collect(document, names));
        } catch (IOException e) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, "--stand-ins: " + file + ": " + IoReason.of(e));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, "--stand-ins: " + e.getMessage());
        }
        if (names.isEmpty()) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT,
                    "--stand-ins: " + file + ": no container has a sample's image (expected: one whose path ends with"
                            + " one of " + SampleImage.known() + ")");
        }
        return names;
    }

    private static void collect(JsonNode node, Set<String> names) {
        String image = node.path("image").isString() ? node.path("image").asString() : "";
        if (SampleImage.of(image).isPresent()) {
            names.add(image);
        }
        node.values().forEach(child -> collect(child, names));
    }
}
