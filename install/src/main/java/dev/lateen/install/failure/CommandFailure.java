package dev.lateen.install.failure;

/** A command can't do what it was asked: one or more sentences for the user, without a stack trace. */
public final class CommandFailure extends RuntimeException {
    /** Exit code when the world is not as the command needs it: a port in use, a file that can't be read. */
    public static final int FAILED = 1;
    /** Exit code when what the user gave is wrong: an option, a manifest. */
    public static final int BAD_INPUT = 2;

    private final int exitCode;

    /**
     * With what to tell the user.
     *
     * @param exitCode {@link #FAILED} or {@link #BAD_INPUT}
     * @param message what is wrong and what would be right; may have several lines
     */
    public CommandFailure(int exitCode, String message) {
        super(message, null, false, false);
        this.exitCode = exitCode;
    }

    /** What the process ends with. */
    public int exitCode() {
        return exitCode;
    }

    /** The message, which is never null here. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
