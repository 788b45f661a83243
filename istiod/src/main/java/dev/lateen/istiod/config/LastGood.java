package dev.lateen.istiod.config;

import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.Reading;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Decides what of an edit comes into force: a file with an error stays as it was last good, whole; the other files come into force as
 * long as they fit together with it; else nothing of the edit does. Pure.
 *
 * @param readings what is in force, by file
 * @param assembly the same, put together
 * @param problems what is wrong with the edit, and what is doubtful about what is in force
 */
record LastGood(Map<String, Reading> readings, Assembly assembly, List<Problem> problems) {

    static LastGood first(Map<String, Reading> readings) {
        Assembly assembly = Assembly.of(readings.values());
        return new LastGood(readings, assembly, assembly.problems());
    }

    /** What is in force once these readings of all files were tried. */
    LastGood next(Map<String, Reading> wanted) {
        Assembly all = Assembly.of(wanted.values());
        if (all.isGood()) {
            return new LastGood(wanted, all, all.problems());
        }
        Set<String> blamed = all.problems().stream()
                .filter(Problem::isError)
                .map(problem -> problem.origin().source())
                .collect(Collectors.toSet());
        Map<String, Reading> rest = new LinkedHashMap<>();
        wanted.forEach((file, reading) -> {
            if (!blamed.contains(file)) {
                rest.put(file, reading);
            } else if (readings.containsKey(file)) {
                rest.put(file, Objects.requireNonNull(readings.get(file)));
            }
        });
        Assembly without = Assembly.of(rest.values());
        return without.isGood()
                ? new LastGood(rest, without, all.problems())
                : new LastGood(readings, assembly, all.problems());
    }
}
