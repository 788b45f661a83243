package dev.lateen.istiod.config;

import dev.lateen.api.yaml.Problem;
import java.util.List;

/** Config that can't be put in force at the start; every problem names file, resource, field, what was found and what is accepted. */
public final class InvalidConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    InvalidConfigException(List<Problem> problems) {
        super(String.join("\n", problems.stream().map(Problem::toString).toList()));
        this.problems = List.copyOf(problems);
    }

    /** What is wrong, and what is only doubtful. */
    public List<Problem> problems() {
        return problems;
    }
}
