package dev.poolswitch.sqlite;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;

/** Says what a failure of the driver means, which file it is about and what helps. */
final class Problems {

    /** The extended codes carry more in their upper bits. */
    private static final int PRIMARY = 0xff;

    private Problems() {}

    static IOException of(Path file, Exception failure) {
        if (failure instanceof IOException already) {
            return already;
        }
        return new IOException("state file " + file + " " + meaning(failure), failure);
    }

    static boolean is(Exception failure, SQLiteErrorCode... codes) {
        for (SQLiteErrorCode code : codes) {
            if (failure instanceof SQLException sql && (sql.getErrorCode() & PRIMARY) == code.code) {
                return true;
            }
        }
        return false;
    }

    private static String meaning(Exception failure) {
        if (failure instanceof IllegalArgumentException) {
            return "holds a value that this version does not know (" + failure.getMessage()
                    + "); upgrade poolswitch-sqlite";
        }
        if (!(failure instanceof SQLException sql)) {
            return "cannot be used: " + failure;
        }
        String said = " (" + sql.getMessage() + ")";
        SQLiteErrorCode code = SQLiteErrorCode.getErrorCode(sql.getErrorCode() & PRIMARY);
        return switch (code) {
            case SQLITE_BUSY, SQLITE_LOCKED ->
                "is locked by another process for too long; end what holds a transaction on it" + said;
            case SQLITE_FULL -> "cannot grow, the disk is full; make room" + said;
            case SQLITE_READONLY -> "is read-only; make it and its directory writable for this process" + said;
            case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH ->
                "cannot be opened; make it and its directory readable and writable for this process" + said;
            case SQLITE_IOERR -> "cannot be read or written; check the disk and the space on it" + said;
            case SQLITE_CORRUPT, SQLITE_NOTADB ->
                "is damaged; restart the application, which sets it aside and starts a new one" + said;
            default -> "cannot be used" + said;
        };
    }
}
