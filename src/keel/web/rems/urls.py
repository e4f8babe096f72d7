"""/clinic/<clinic>/rems/ and /clinic/<clinic>/stock/"""

from django.urls import path

from keel.web.rems import papers, stock_views, views

app_name = "rems"
PATIENT = "<slug:clinic>/patients/<str:number>/"
SESSION = "<slug:clinic>/sessions/<slug:session>/"
urlpatterns = [
    path("<slug:clinic>/rems/", views.forms, name="forms"),
    path("<slug:clinic>/rems/setting/", views.setting, name="setting"),
    path(PATIENT + "rems/", views.patient, name="patient"),
    path(PATIENT + "reports/<slug:report>/", views.report, name="report"),
    path(PATIENT + "reports/<slug:report>/report.pdf", papers.report_pdf, name="report_pdf"),
    path(PATIENT + "reports/<slug:report>/report.json", papers.report_json, name="report_json"),
    path(SESSION + "form/", views.monitoring, name="monitoring"),
    path(SESSION + "form.pdf", papers.monitoring_pdf, name="monitoring_pdf"),
    path(SESSION + "form.json", papers.monitoring_json, name="monitoring_json"),
    path("<slug:clinic>/stock/", stock_views.stock, name="stock"),
    path("<slug:clinic>/stock/write/<slug:kind>/", stock_views.write, name="write"),
    path("<slug:clinic>/stock/count/<int:lot>/", stock_views.count, name="count"),
    path("<slug:clinic>/stock/confirm/<int:line>/", stock_views.confirm, name="confirm"),
    path("<slug:clinic>/stock/discrepancies/<slug:difference>/", stock_views.discrepancy, name="discrepancy"),
    path("<slug:clinic>/stock/book.csv", stock_views.book_csv, name="book_csv"),
    path("<slug:clinic>/stock/book.pdf", stock_views.book_pdf, name="book_pdf"),
]
