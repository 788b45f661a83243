package dev.lateen.istiod.config;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.Reading;
import dev.lateen.api.yaml.ResourceReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Files as they were read last; only those whose stamp changed are read again. Not thread-safe. */
final class ParsedFiles {
    private record Parsed(FileTree.Stamp stamp, Reading reading) {}

    private final ResourceReader reader;
    private Map<Path, Parsed> parsed = new LinkedHashMap<>();
    private final Set<Path> forbidden = new HashSet<>();

    ParsedFiles(ResourceReader reader) {
        this.reader = reader;
    }

    /** What all files say now, by the name under which the user knows them. */
    Map<String, Reading> read(FileTree tree) {
        Map<Path, Parsed> now = new LinkedHashMap<>();
        Map<String, Reading> readings = new LinkedHashMap<>();
        tree.files().forEach((file, stamp) -> {
            Parsed before = parsed.get(file);
            boolean known = before != null && before.stamp.equals(stamp) && !forbidden.contains(file);
            Parsed current = known ? before : new Parsed(stamp, read(file));
            now.put(file, current);
            readings.put(file.toString(), current.reading);
        });
        parsed = now;
        forbidden.retainAll(now.keySet());
        return readings;
    }

    /** Whether a file that was closed to us is open now, which does not show in its stamp. */
    boolean canBeReadNow() {
        return forbidden.stream().anyMatch(Files::isReadable);
    }

    private Reading read(Path file) {
        forbidden.remove(file);
        try {
            if (Files.size(file) > FileTree.LONGEST) {
                return unreadable(file, Files.size(file) + " bytes", "at most " + FileTree.LONGEST);
            }
            return reader.read(file.toString(), Files.readString(file));
        } catch (CharacterCodingException e) {
            return unreadable(file, "not UTF-8 text", "YAML or JSON in UTF-8");
        } catch (AccessDeniedException e) {
            forbidden.add(file);
            return unreadable(file, "can't be read: permission denied", "a readable file");
        } catch (IOException e) {
            return unreadable(file, "can't be read: " + e.getMessage(), "a readable file of UTF-8 text");
        }
    }

    private static Reading unreadable(Path file, String found, String accepted) {
        Problem problem =
                new Problem(Problem.Severity.ERROR, new Origin(file.toString(), 1, 0), 0, "", "", found, accepted);
        return new Reading(List.of(), List.of(), List.of(problem));
    }
}
