package dev.lateen.istiod.kubernetes.object;

import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.input.ObjectFate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is said in the {@code status} of one of Istio's objects: Istio's conditions, validation messages and, of a ServiceEntry, the addresses that its hosts got.
 *
 * @param generation of the object that this is about
 * @param conditions {@code PassedValidation} and {@code Reconciled}
 * @param messages what is wrong or doubtful
 * @param addresses of hosts that had none, by host
 */
public record Word(long generation, List<Condition> conditions, List<Message> messages, Map<String, String> addresses) {
    /** Whether it is valid. */
    private static final String PASSED = "PassedValidation";
    /** Whether it is in force. */
    private static final String RECONCILED = "Reconciled";

    private static final int MOST_MESSAGES = 10;
    private static final int LONGEST = 1024;

    /** Istio's code of an object that its validation refuses. */
    private static final String SCHEMA_ERROR = "IST0106";

    /** One condition; when it became so stands elsewhere. */
    public record Condition(String type, boolean holds, String reason, String message) {}

    /** One of Istio's validation messages, which have no text. */
    public record Message(String level, String code, String name) {}

    /** Copies. */
    public Word {
        conditions = List.copyOf(conditions);
        messages = List.copyOf(messages);
        addresses = Map.copyOf(addresses);
    }

    /**
     * The word on an object.
     *
     * @param acknowledged how many proxies have what is in force since then
     * @param proxies how many are connected
     * @param addresses given to hosts of a ServiceEntry
     */
    public static Word of(
            ObjectFate fate, long generation, int acknowledged, int proxies, Map<String, String> addresses) {
        boolean accepted = fate.verdict() == ObjectFate.Verdict.ACCEPTED;
        List<Problem> problems = fate.problems();
        Condition passed = accepted
                ? new Condition(PASSED, true, "NoErrors", problems.isEmpty() ? "" : text(problems))
                : new Condition(PASSED, false, "Refused", text(problems));
        Condition reconciled = new Condition(
                RECONCILED,
                accepted && acknowledged == proxies,
                accepted ? (acknowledged == proxies ? "UpToDate" : "Waiting") : "Refused",
                accepted
                        ? acknowledged + "/" + proxies + " proxies up to date."
                        : fate.keepsLastGood() ? "Its last good form stays in force." : "Nothing of it is in force.");
        List<Message> messages = problems.stream()
                .limit(MOST_MESSAGES)
                .map(problem -> problem.isError()
                        ? new Message("ERROR", SCHEMA_ERROR, "SchemaValidationError")
                        : new Message("WARNING", "", "WithoutEffect"))
                .toList();
        return new Word(generation, List.of(passed, reconciled), messages, addresses);
    }

    /** Errors first; each with its field, what was found and what is accepted. */
    public static String text(List<Problem> problems) {
        String all = problems.stream()
                .sorted((a, b) -> Boolean.compare(b.isError(), a.isError()))
                .map(problem -> (problem.path().isEmpty() ? "" : problem.path() + ": ")
                        + problem.found()
                        + (problem.accepted().isEmpty() ? "" : " (expected: " + problem.accepted() + ")"))
                .collect(Collectors.joining("; "));
        return all.length() > LONGEST ? all.substring(0, LONGEST - 3) + "..." : all;
    }

    /** Whether all that it says of the object is settled: only a change of the object makes it say something else. */
    public boolean isSettled() {
        return conditions.stream()
                .allMatch(condition -> condition.holds() || condition.reason().equals("Refused"));
    }

    /** Whether nothing else is to be said: that more or fewer proxies have it all is no news. */
    public boolean saysTheSame(Word other) {
        return generation == other.generation
                && messages.equals(other.messages)
                && addresses.equals(other.addresses)
                && withoutCounts().equals(other.withoutCounts());
    }

    private List<Condition> withoutCounts() {
        return conditions.stream()
                .map(one ->
                        one.type.equals(RECONCILED) && one.holds ? new Condition(one.type, true, one.reason, "") : one)
                .toList();
    }

    /** Whether the object is refused. */
    public boolean isRefusal() {
        return conditions.stream().anyMatch(condition -> condition.type().equals(PASSED) && !condition.holds());
    }

    /** The text on why it is refused, or what is doubtful. */
    public String reason() {
        return conditions.getFirst().message();
    }

    /**
     * The {@code status} as the API server is told.
     *
     * @param since when each condition became so, by type
     */
    public Map<String, Object> document(Map<String, String> since) {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("observedGeneration", generation);
        List<Map<String, Object>> said = new ArrayList<>();
        for (Condition condition : conditions) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("type", condition.type);
            one.put("status", condition.holds ? "True" : "False");
            one.put("reason", condition.reason);
            one.put("message", condition.message);
            one.put("lastTransitionTime", since.getOrDefault(condition.type, ""));
            said.add(one);
        }
        status.put("conditions", said);
        status.put("validationMessages", messages.stream().map(Word::document).toList());
        if (!addresses.isEmpty()) {
            status.put(
                    "addresses",
                    addresses.entrySet().stream()
                            .sorted(Map.Entry.comparingByKey())
                            .map(entry -> Map.of("host", entry.getKey(), "value", entry.getValue()))
                            .toList());
        }
        return status;
    }

    private static Map<String, Object> document(Message message) {
        Map<String, Object> type = new LinkedHashMap<>();
        if (!message.code.isEmpty()) {
            type.put("code", message.code);
        }
        type.put("name", message.name);
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("level", message.level);
        one.put("type", type);
        if (!message.code.isEmpty()) {
            one.put("documentationUrl", "https://istio.io/latest/docs/reference/config/analysis/ist0106/");
        }
        return one;
    }

    /**
     * A word that stands, with the times at which its conditions became so.
     *
     * @param since by type of condition
     */
    public record Standing(Word word, Map<String, String> since) {
        /** When the conditions of another word became so, if it were said now: those that don't change keep their time. */
        public static Map<String, String> since(@Nullable Standing before, Word next, String now) {
            Map<String, String> since = new LinkedHashMap<>();
            for (Condition condition : next.conditions()) {
                since.put(condition.type, before == null ? now : before.since(condition, now));
            }
            return since;
        }

        private String since(Condition next, String now) {
            boolean same =
                    word.conditions().stream().anyMatch(one -> one.type.equals(next.type) && one.holds == next.holds);
            return same ? since.getOrDefault(next.type, now) : now;
        }
    }
}
