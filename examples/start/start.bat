@echo off
rem Double-click (Windows): the page of cxsim opens in your browser. Closing this window ends it.
cd /d "%~dp0..\.."
where uv >nul 2>nul
if errorlevel 1 (
    echo uv is missing, which fetches Python and all that cxsim needs. Install it with this line, then start again:
    echo     winget install --id astral-sh.uv
    pause
    exit /b 1
)
uv tool run --python 3.12 --from ".[web]" cxsim serve --browser %*
pause
