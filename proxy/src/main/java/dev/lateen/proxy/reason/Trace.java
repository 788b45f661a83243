package dev.lateen.proxy.reason;

import dev.lateen.proxy.model.Provenance;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects why decisions came out as they did. Evaluators take it or null: with null nothing is told and nothing allocated for it, and
 * the decision is the same. Belongs to whoever asks; not thread-safe.
 */
public final class Trace {
    private final List<Finding> findings = new ArrayList<>();

    /** Something fits. */
    public void yes(Question question, String subject, Provenance resource, String rule) {
        findings.add(new Finding(question, subject, resource, true, rule));
    }

    /** Something does not fit. @return false, for whoever gives up by it */
    public boolean no(Question question, String subject, Provenance resource, String rule) {
        findings.add(new Finding(question, subject, resource, false, rule));
        return false;
    }

    /** All of it, in the order of looking. */
    public List<Finding> findings() {
        return List.copyOf(findings);
    }

    /** What was found on one question, in the order of looking. */
    public List<Finding> of(Question question) {
        return findings.stream().filter(each -> each.question() == question).toList();
    }
}
