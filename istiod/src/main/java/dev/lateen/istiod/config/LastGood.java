package dev.lateen.istiod.config;

import dev.lateen.api.yaml.Problem;
import dev.lateen.api.yaml.Reading;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Decides what of an edit comes into force: a file with an error stays as it was last good, whole; the other files come into force as
 * long as they fit together with it. Where they don't, the edit is tried without what earlier edits left undone; else nothing of it comes
 * into force. Pure.
 *
 * @param readings what is in force, by file
 * @param assembly the same, put together
 * @param problems what is wrong with the files as they are, and what is doubtful about what is in force
 */
record LastGood(Map<String, Reading> readings, Assembly assembly, List<Problem> problems) {

    static LastGood first(Map<String, Reading> readings) {
        Assembly assembly = Assembly.of(readings.values());
        return new LastGood(readings, assembly, assembly.problems());
    }

    /**
     * What is in force once these readings of all files were tried.
     *
     * @param touched the files that this edit changed, added or removed
     */
    LastGood next(Map<String, Reading> wanted, Collection<String> touched) {
        Assembly all = Assembly.of(wanted.values());
        if (all.isGood()) {
            return new LastGood(wanted, all, all.problems());
        }
        Set<String> blamed = all.problems().stream()
                .filter(Problem::isError)
                .map(problem -> problem.origin().source())
                .collect(Collectors.toSet());
        List<String> innocent =
                touched.stream().filter(file -> !blamed.contains(file)).toList();
        for (Map<String, Reading> candidate :
                List.of(without(wanted, blamed), withOnly(wanted, touched), withOnly(wanted, innocent))) {
            Assembly assembly = Assembly.of(candidate.values());
            if (assembly.isGood()) {
                return new LastGood(candidate, assembly, all.problems());
            }
        }
        return new LastGood(readings, assembly, all.problems());
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

    /** What is in force, with only these files as they are wanted. */
    private Map<String, Reading> withOnly(Map<String, Reading> wanted, Collection<String> files) {
        Map<String, Reading> next = new LinkedHashMap<>(readings);
        for (String file : files) {
            Reading reading = wanted.get(file);
            if (reading == null) {
                next.remove(file);
            } else {
                next.put(file, reading);
            }
        }
        return next;
    }
}
