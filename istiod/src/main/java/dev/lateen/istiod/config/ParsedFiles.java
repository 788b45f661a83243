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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Files as they were read last; only those whose stamp changed are read again. Not thread-safe. */
final class ParsedFiles {
    private static final long LONGEST = 64L * 1024 * 1024;

    private record Parsed(FileTree.Stamp stamp, Reading reading) {}

    private final ResourceReader reader;
    private Map<Path, Parsed> parsed = new LinkedHashMap<>();

    ParsedFiles(ResourceReader reader) {
        this.reader = reader;
    }

    /** What all files say now, by the name under which the user knows them. */
    Map<String, Reading> read(FileTree tree) {
        Map<Path, Parsed> now = new LinkedHashMap<>();
        Map<String, Reading> readings = new LinkedHashMap<>();
        tree.files().forEach((file, stamp) -> {
            Parsed before = parsed.get(file);
            Parsed current = before != null && before.stamp.equals(stamp) ? before : new Parsed(stamp, read(file));
            now.put(file, current);
            readings.put(file.toString(), current.reading);
        });
        parsed = now;
        return readings;
    }

    private Reading read(Path file) {
        try {
            if (Files.size(file) > LONGEST) {
                return unreadable(file, Files.size(file) + " bytes", "at most " + LONGEST);
            }
            return reader.read(file.toString(), Files.readString(file));
        } catch (CharacterCodingException e) {
            return unreadable(file, "not UTF-8 text", "YAML or JSON in UTF-8");
        } catch (AccessDeniedException e) {
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
