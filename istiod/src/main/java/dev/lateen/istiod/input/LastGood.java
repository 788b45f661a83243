package dev.lateen.istiod.input;

import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.Reading;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Decides what of an edit comes into force: a file with an error stays as it was last good, whole; all others come into force. Pure.
 *
 * @param readings what is in force, by file
 * @param assembly the same, put together
 * @param problems what is wrong with the files as they are, and what is doubtful about what is in force
 */
public record LastGood(Map<String, Reading> readings, Assembly assembly, List<Problem> problems) {

    /** The first config; what is wrong with it is in its problems. */
    public static LastGood first(Map<String, Reading> readings) {
        Assembly assembly = Assembly.of(readings.values());
        return new LastGood(readings, assembly, assembly.problems());
    }

    /** What is in force once these readings of all files were tried. */
    public LastGood next(Map<String, Reading> wanted) {
        Assembly all = Assembly.of(wanted.values());
        if (all.isGood()) {
            return new LastGood(wanted, all, all.problems());
        }
        Set<String> refused = all.problems().stream()
                .filter(Problem::isError)
                .map(problem -> problem.origin().source())
                .collect(Collectors.toSet());
        Map<String, Reading> rest = without(wanted, refused);
        return new LastGood(rest, Assembly.of(rest.values()), all.problems());
    }

    /** All that is wanted, but for some files, which stay as they are in force. */
    private Map<String, Reading> without(Map<String, Reading> wanted, Set<String> refused) {
        Map<String, Reading> rest = new LinkedHashMap<>();
        wanted.forEach((file, reading) -> {
            Reading kept = refused.contains(file) ? readings.get(file) : reading;
            if (kept != null) {
                rest.put(file, kept);
            }
        });
        return rest;
    }
}
